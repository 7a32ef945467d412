"""`NAME.py` and `NAME.ipynb`: a pair that no tool changes, and edits in Jupyter that none loses."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from jupytext.cli import jupytext

from checkouts import make_checkout
from srhm_book.publish.notebooks import run_notebooks
from srhm_book.publish.pairs import check_unedited, pair

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
TINY = """# ---
# jupyter:
#   srhm:
#     reads: []
# ---

# %% [markdown]
# # Tiny

# %% tags=["parameters"]
profile = "book"
number = 1

# %%
print(2 * number)
"""


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """Copies a script's pair, or `TINY`, to a folder of its own; the path of the script."""
    shutil.copy(ROOT / "jupytext.toml", tmp_path)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)

    def copy(script=None):
        if script is not None:
            shutil.copy(script.with_suffix(".ipynb"), "notebooks")
            return Path(shutil.copy(script, "notebooks"))
        tiny = tmp_path / "notebooks" / "01_tiny.py"
        tiny.write_text(TINY, encoding="utf-8")
        pair(tiny)
        return tiny

    return copy


def texts(script):
    return script.read_text(encoding="utf-8"), script.with_suffix(".ipynb").read_text(
        encoding="utf-8"
    )


def newer(path):
    """Make `path` a second newer than its pair: jupytext's sync goes from it to the other."""
    other = path.with_suffix(".py" if path.suffix == ".ipynb" else ".ipynb")
    now = other.stat().st_mtime + 1
    os.utime(path, (now, now))


def save_in_jupyter(script, change=lambda notebook: None):
    """What JupyterLab writes: outputs, the kernel's own name, and metadata of its own in cells."""
    path = script.with_suffix(".ipynb")
    notebook = nbformat.read(path, as_version=4)
    change(notebook)
    notebook.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7"}
    for cell in notebook.cells:
        cell.metadata |= {"editable": True, "slideshow": {"slide_type": ""}, "trusted": True}
        cell.metadata |= {"jupyter": {"source_hidden": True}, "scrolled": True}
        cell.metadata.setdefault("tags", [])
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("stream", text="1\n")]
    nbformat.write(notebook, path)


def append_cell(notebook):
    notebook.cells.append(nbformat.v4.new_code_cell("print('mine')"))


def test_there_are_notebooks():
    assert len(SCRIPTS) > 10


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_pair_is_in_step_and_nothing_changes_it(script, copy):
    mine = copy(script)
    before = texts(mine)
    pair(mine)
    assert texts(mine) == before, "srhm-book run writes it anew: commit what it writes"
    for suffix in (".ipynb", ".py"):
        newer(mine.with_suffix(suffix))
        jupytext(["--quiet", "--sync", str(mine.with_suffix(".ipynb"))])
        assert texts(mine) == before, f"after a sync from the {suffix}"
    save_in_jupyter(mine)
    check_unedited(mine)
    jupytext(["--quiet", "--to", "py:percent", str(mine.with_suffix(".ipynb"))])
    assert texts(mine)[0] == before[0], "after the way back from Jupyter"
    pair(mine)
    assert texts(mine) == before, "after a save in Jupyter"
    assert not any(c.get("outputs") for c in nbformat.read(mine.with_suffix(".ipynb"), 4).cells)


@pytest.mark.parametrize(
    "change",
    [
        append_cell,
        lambda notebook: notebook.cells.pop(0),
        lambda notebook: notebook.cells.reverse(),
        lambda notebook: notebook.cells[2].update(source="print(3 * number)"),
        lambda notebook: notebook.cells[2].metadata.update(tags=["hide-input"]),
        lambda notebook: notebook.metadata.srhm.update(reads=["results/*"]),
    ],
)
def test_an_edit_in_jupyter_is_refused_by_name(copy, change):
    script = copy()
    save_in_jupyter(script, change)
    kept = texts(script)
    with pytest.raises(ValueError, match="01_tiny.ipynb") as caught:
        check_unedited(script)
    assert "jupytext --to py:percent" in str(caught.value)
    assert "--force" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert texts(script) == kept
    jupytext(["--quiet", "--to", "py:percent", str(script.with_suffix(".ipynb"))])
    check_unedited(script)  # brought back


def test_an_edit_of_the_script_is_none_of_the_notebook(copy):
    script = copy()
    script.write_text(TINY.replace("2 *", "3 *"), encoding="utf-8")
    check_unedited(script)
    save_in_jupyter(script)  # of the old cells
    check_unedited(script)
    save_in_jupyter(script, append_cell)
    with pytest.raises(ValueError, match="01_tiny.py, which has changed too"):
        check_unedited(script)


def test_a_sync_is_no_edit(copy):
    script = copy()
    script.write_text(TINY.replace("2 *", "3 *"), encoding="utf-8")
    newer(script)
    jupytext(["--quiet", "--sync", str(script)])
    assert "3 *" in texts(script)[1]
    check_unedited(script)


def test_what_is_no_notebook_is_not_overwritten(copy):
    script = copy()
    script.with_suffix(".ipynb").write_text("<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(ValueError, match="01_tiny.ipynb is no notebook.*--force"):
        check_unedited(script)


@pytest.fixture
def repository(copy):
    """A repository of two small notebooks, of which the second was edited in Jupyter."""
    script = copy()
    make_checkout(Path())
    shutil.copytree(ROOT / "book" / "paper", "book/paper")
    other = Path(shutil.copy(script, script.with_name("02_other.py")))
    script.write_text(
        TINY.replace("2 *", "3 *"), encoding="utf-8"
    )  # its .ipynb is to be written anew
    pair(other)
    save_in_jupyter(other, append_cell)
    return Path.cwd()


def test_a_refused_call_has_written_nothing(repository):
    notebooks = sorted(repository.glob("notebooks/*"))
    before = [path.read_bytes() for path in notebooks]
    for options in ({}, {"names": "01", "parameters": {"nmber": 3}}, {"parameters": {"number": 3}}):
        with pytest.raises(ValueError, match="02_other.ipynb|nmber"):
            run_notebooks(progress=False, **options)
    assert sorted(repository.glob("notebooks/*")) == notebooks
    assert [path.read_bytes() for path in notebooks] == before
    assert not (repository / "book" / "executed").exists()


def test_force_drops_the_edit(repository):
    run_notebooks(["02"], force=True, progress=False)
    assert "mine" not in (repository / "notebooks" / "02_other.ipynb").read_text(encoding="utf-8")
    assert run_notebooks(["02"], progress=False)[0].executed is False
