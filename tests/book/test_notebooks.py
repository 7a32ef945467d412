"""The notebooks and their driver: pairs in step, parameters, stamps, failures."""

import json
import shutil
from pathlib import Path

import jupytext
import nbformat
import pytest

from srhm.runs.sweepfile import read_sweep
from srhm_book.publish.notebooks import NotebookError, pair, run_notebooks

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
TINY = """# %% [markdown]
# # Tiny

# %% tags=["parameters"]
profile = "book"
number = 1

# %%
print(2 * number)
"""


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A repository of one small notebook, as the current folder."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "_toc.yml").write_text("root: book/index\n")
    shutil.copytree(ROOT / "book" / "paper", tmp_path / "book" / "paper")
    (tmp_path / "notebooks" / "01_tiny.py").write_text(TINY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(**options):
    return [outcome.executed for outcome in run_notebooks(progress=False, **options)]


def outputs(path):
    cells = json.loads(path.read_text())["cells"]
    return ["".join(o["text"]) for c in cells for o in c.get("outputs", []) if "text" in o]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_pair_is_in_step(script):
    source = jupytext.read(script)
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert [(c.cell_type, c.source) for c in notebook.cells] == [
        (c.cell_type, c.source) for c in source.cells
    ]
    assert not any(cell.get("outputs") for cell in notebook.cells)
    before = script.with_suffix(".ipynb").read_bytes()
    assert pair(script).read_bytes() == before


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebook_has_the_common_parameters(script):
    import papermill

    known = papermill.inspect_notebook(script.with_suffix(".ipynb"))
    assert {"profile", "device", "workers"} <= set(known)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_figures_have_name_caption_and_alt(script):
    for cell in jupytext.read(script).cells:
        if "figure" in (meta := cell.metadata.get("mystnb", {})):
            assert meta["figure"]["name"].startswith("fig-")
            assert len(meta["figure"]["caption"]) > 30
            assert len(meta["image"]["alt"]) > 30


def test_sweep_file_holds_the_learning_curves_runs():
    """`make sweep` trains what the chapter shows: its configurations, taken from its own cells."""
    cells = jupytext.read(ROOT / "notebooks" / "03_learning_curve.py").cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    scope = {}
    exec("\n".join(code[:2]), scope)  # parameters, and what is made from them
    wanted = [c for arch in ("lcn", "cnn") for c in scope["configs"](arch, 6, 1)]
    own = next(source for source in code if "own_configs =" in source)
    exec(own.splitlines()[1], scope)
    wanted += scope["own_configs"]
    listed = read_sweep(ROOT / "sweeps" / "learning_curve.yml")
    assert {config.key for config in listed} == {config.key for config in wanted}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": "01_data", "parameters": {"profil": "smoke"}}, "did you mean 'profile'"),
        ({"names": "01_data", "parameters": {"width": 3}}, "01_data has no parameter 'width'"),
        ({"names": ["03_learnin_curve"]}, "did you mean '03_learning_curve'"),
        ({"profile": "quick"}, "profile must be one of book, fresh, smoke, not 'quick'"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(options, message, tmp_path):
    with pytest.raises(ValueError, match=message) as caught:
        run_notebooks(out=tmp_path / "out", **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_only_what_changed_is_executed_again(tiny):
    executed = tiny / "book" / "executed" / "01_tiny.ipynb"
    assert run() == [True]
    assert outputs(executed) == ["2\n"]
    written = executed.stat().st_mtime_ns
    assert run() == [False]
    assert executed.stat().st_mtime_ns == written
    assert run(parameters={"number": 4}) == [True]
    assert outputs(executed) == ["8\n"]
    assert run(force=True, parameters={"number": 4}) == [True]
    script = tiny / "notebooks" / "01_tiny.py"
    script.write_text(TINY.replace("2 *", "3 *"))
    assert run() == [True]
    assert outputs(executed) == ["3\n"]
    (tiny / "results" / "one").mkdir(parents=True)
    assert run() == [False]
    (tiny / "results" / "one" / "P1_new.json").write_text("{}")
    with pytest.warns(UserWarning, match="P1_new.json"):  # the store's: it is no record
        assert run() == [True]
    script.write_text("# ---\n# jupyter:\n#   srhm:\n#     reads: []\n# ---\n\n" + TINY)
    with pytest.warns(UserWarning, match="P1_new.json"):
        assert run() == [True]
    (tiny / "results" / "one" / "P1_new.json").unlink()
    assert run() == [False]


def test_execution_is_reproducible(tiny):
    executed = tiny / "book" / "executed" / "01_tiny.ipynb"
    run(parameters={"number": 3})
    first = executed.read_bytes()
    run(parameters={"number": 3}, force=True)
    assert executed.read_bytes() == first


def test_a_failing_notebook_never_replaces_a_good_one(tiny):
    executed = tiny / "book" / "executed" / "01_tiny.ipynb"
    run()
    good = executed.read_bytes()
    script = tiny / "notebooks" / "01_tiny.py"
    script.write_text(TINY.replace("print(2", "x = 1\nprint(0 / 0, 2"))
    (tiny / "notebooks" / "02_other.py").write_text(TINY)
    with pytest.raises(NotebookError) as caught:
        run()
    message = str(caught.value)
    assert "01_tiny failed in the cell that begins with `x = 1`" in message
    assert "ZeroDivisionError: division by zero" in message
    assert executed.read_bytes() == good
    assert (executed.parent / "02_other.ipynb").is_file()  # the others ran
    failed = json.loads((tiny / "_build" / "failed" / "01_tiny.ipynb").read_text())
    assert any(o["output_type"] == "error" for c in failed["cells"] for o in c.get("outputs", []))
    assert not list(executed.parent.glob(".*"))
