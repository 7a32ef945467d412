"""The notebooks and their driver: parameters, figures, stamps, failures."""

import ast
import datetime
import json
import re
import shutil
import sys
from pathlib import Path

import jupytext
import papermill
import pytest

from checkouts import make_checkout
from srhm.runs.sweepfile import read_sweep
from srhm_book import cli
from srhm_book.publish import execution, notebooks
from srhm_book.publish.notebooks import NotebookError, run_notebooks
from srhm_book.publish.profiles import by_profile

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))
OWN_SCOPE = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
DRAWS = re.compile(r"\b(new_axes|subplots|draw_\w+)\(")
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
    make_checkout(tmp_path)
    shutil.copytree(ROOT / "book" / "paper", tmp_path / "book" / "paper")
    (tmp_path / "notebooks" / "01_tiny.py").write_text(TINY, encoding="utf-8")
    shutil.copy(ROOT / "jupytext.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(**options):
    return [outcome.executed for outcome in run_notebooks(progress=False, **options)]


def outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(o["text"]) for c in cells for o in c.get("outputs", []) if "text" in o]


def code_of(script):
    return [cell.source for cell in jupytext.read(script).cells if cell.cell_type == "code"]


def assigned(node):
    """The names that code assigns to, also in tuples and loops; not those inside functions."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, OWN_SCOPE):
        return set()
    return set().union(*map(assigned, ast.iter_child_nodes(node)))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_parameter_can_be_given(script):
    """Papermill sees one assignment a line, and no other."""
    known = set(papermill.inspect_notebook(script.with_suffix(".ipynb")))
    assert known == assigned(ast.parse(code_of(script)[0]))
    assert {"profile", "device", "workers"} <= known


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_what_is_given_is_not_overruled(script):
    """Later cells leave the parameters alone, but for the defaults that the profile chooses."""
    first, *later = code_of(script)
    parameters = assigned(ast.parse(first))
    for statement in (node for source in later for node in ast.parse(source).body):
        if "by_profile(profile, " not in ast.unparse(statement):
            assert not parameters & assigned(statement), ast.unparse(statement)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_itself_refuses_an_unknown_profile(script, monkeypatch):
    parameters, first = code_of(script)[:2]
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    monkeypatch.setattr("srhm_book.style.use_style", lambda: pytest.fail("the page went on"))
    scope = {}
    exec(parameters, scope)
    scope["profile"] = "nonsense"
    with pytest.raises(ValueError, match="profile must be one of .*'nonsense'"):
        exec(first, scope)


def test_a_given_value_wins_over_the_profile_in_the_chapter():
    """What `papermill -p v 8 -p profile smoke` runs, up to the trainings."""
    parameters, first = code_of(ROOT / "notebooks" / "03_learning_curve.py")[:2]
    for given in ({"v": 8}, {"width": 64}, {}):
        scope = {}
        exec(parameters, scope)
        scope |= {"profile": "smoke"} | given
        exec(first, scope)
        config = scope["configs"]("cnn", scope["v"], scope["s0"])[0]
        assert (config.v, config.width) == (given.get("v", 4), given.get("width", 32))


def test_a_profile_sets_defaults_only():
    v, s0s, lr = {"book": 6, "smoke": 4}, [0, 1], {"stop": 3}
    assert by_profile("book", v, s0s) == (6, [0, 1])
    assert by_profile("fresh", v) == 6
    assert by_profile("smoke", v, 8) == (4, 8)
    assert by_profile("smoke", lr) == {"stop": 3}  # a dictionary that is a value
    with pytest.raises(ValueError, match="profile must be one of book, fresh, smoke, not 'b'"):
        by_profile("b", v)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_figures_have_name_caption_and_alt(script):
    """Every figure of a page: each cell that draws has a figure's header, with all three."""
    for cell in jupytext.read(script).cells:
        figure = cell.metadata.get("mystnb", {}).get("figure")
        if figure is None:
            assert cell.cell_type != "code" or not DRAWS.search(cell.source), cell.source
            continue
        assert figure["name"].startswith("fig-")
        assert len(figure["caption"]) > 30
        assert len(cell.metadata["mystnb"]["image"]["alt"]) > 30


def test_sweep_file_holds_the_learning_curves_runs():
    """`make sweep` trains what the chapter shows: its configurations, taken from its own cells."""
    code = code_of(ROOT / "notebooks" / "03_learning_curve.py")
    scope = {}
    exec("\n".join(code[:2]), scope)  # parameters, and what is made from them
    wanted = [c for arch in ("lcn", "cnn") for c in scope["configs"](arch, 6, 1)]
    own = next(source for source in code if "own_configs =" in source)
    exec(next(line for line in own.splitlines() if line.startswith("own_configs =")), scope)
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
        ({"profile": "book", "parameters": {"profile": "smoke"}}, "profile .*'smoke'.*'book'"),
        ({"parameters": {"v": datetime.date(2024, 1, 1)}}, r"v .*datetime.date\(2024, 1, 1\)"),
        ({"parameters": {"v": [1, {2: 3}]}}, r"v .*\[1, {2: 3}\]"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(options, message, tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "execute_all", lambda *_: pytest.fail("it ran"))
    with pytest.raises(ValueError, match=message) as caught:
        run_notebooks(out=tmp_path / "out", **options)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8", 8), ("1e3", 1000.0), ("0.5", 0.5), ("[1, 2]", [1, 2]), ('{"a": 1}', {"a": 1}),
        ("true", True), ("True", True), ("null", None), ("None", None), ("'8'", "8"), ('"8"', "8"),
        ("010", "010"), ("1:30", "1:30"), ("no", "no"), ("2024-01-01", "2024-01-01"), ("", ""),
        ("cifar10", "cifar10"), ("[" * 500, "[" * 500), ("9" * 5000, "9" * 5000), ("a: b", "a: b"),
    ],
)  # fmt: skip
def test_a_value_is_json_or_python_or_a_word(text, value, monkeypatch):
    given = {}
    monkeypatch.setattr(cli, "run_notebooks", lambda _, parameters, **__: given.update(parameters))
    with pytest.raises(TypeError):  # there is no outcome to print
        cli.main(["run", "01", "-p", "v", text])
    assert given == {"v": value}
    assert type(given["v"]) is type(value)


def test_a_parameter_given_twice_is_refused(capsys, monkeypatch):
    monkeypatch.setattr(cli, "run_notebooks", lambda *_, **__: [])
    assert cli.main(["run", "01", "-p", "v", "8", "-p", "v", "9"]) == 2
    error = capsys.readouterr().err
    assert all(word in error for word in ("v ", "8", "9"))


def test_a_folder_that_cannot_be_written_is_one_sentence(tiny):
    (tiny / "book" / "executed").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(OSError, match=r"book/executed,.* cannot be written: File exists") as caught:
        run()
    assert "\n" not in str(caught.value)
    assert "Errno" not in str(caught.value)
    assert not (tiny / "notebooks" / "01_tiny.ipynb").exists()


def test_the_kernel_is_this_python_whatever_jupyter_knows(tiny, monkeypatch):
    """A `python3` of another environment, which here is not even a kernel."""
    spec = tiny / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = {"argv": ["false", "{connection_file}"], "display_name": "bad", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(argv), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(tiny / "jupyter"))
    script = tiny / "notebooks" / "01_tiny.py"
    script.write_text(
        TINY.replace("print(2 * number)", "import sys\nprint(sys.executable)"), encoding="utf-8"
    )
    run()
    assert outputs(tiny / "book" / "executed" / "01_tiny.ipynb") == [f"{sys.executable}\n"]


def test_a_line_tells_of_each_notebook_where_there_is_no_terminal(tiny, capfd):
    (tiny / "notebooks" / "02_bad.py").write_text(
        TINY.replace("print(2", "print(0 / 0, 2"), encoding="utf-8"
    )
    with pytest.raises(NotebookError):
        run_notebooks()
    lines = sorted(capfd.readouterr().err.splitlines())
    assert len(lines) == 2
    assert re.fullmatch(r"01_tiny: .*\b\d+\.\d s", lines[0])
    assert re.fullmatch(r"02_bad: failed.*\b\d+\.\d s", lines[1])
    run(names="01", force=True)
    assert capfd.readouterr().err == ""


def test_a_copy_is_named_only_if_there_is_one(tiny, monkeypatch):
    def dies(*_, **__):
        raise RuntimeError("the kernel died")

    monkeypatch.setattr(papermill, "execute_notebook", dies)
    with pytest.raises(NotebookError, match="the kernel died") as caught:
        execution.execute(Path("01_tiny.ipynb"), tiny / "01_tiny.ipynb", {}, "stamp")
    assert "_build" not in str(caught.value)
    assert not (tiny / "_build").exists()


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
    script.write_text(TINY.replace("2 *", "3 *"), encoding="utf-8")
    assert run() == [True]
    assert outputs(executed) == ["3\n"]
    (tiny / "results" / "images").mkdir(parents=True)
    assert run() == [False]
    (tiny / "results" / "new.jsonl").write_text("{}", encoding="utf-8")
    assert run() == [True]
    script.write_text(
        "# ---\n# jupyter:\n#   srhm:\n#     reads: []\n# ---\n\n" + TINY, encoding="utf-8"
    )
    assert run() == [True]
    (tiny / "results" / "new.jsonl").unlink()
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
    script.write_text(TINY.replace("print(2", "x = 1\nprint(0 / 0, 2"), encoding="utf-8")
    (tiny / "notebooks" / "02_other.py").write_text(TINY, encoding="utf-8")
    with pytest.raises(NotebookError) as caught:
        run()
    message = str(caught.value)
    assert "01_tiny failed in the cell that begins with `x = 1`" in message
    assert "ZeroDivisionError: division by zero" in message
    assert executed.read_bytes() == good
    assert (executed.parent / "02_other.ipynb").is_file()  # the others ran
    failed = json.loads((tiny / "_build" / "failed" / "01_tiny.ipynb").read_text(encoding="utf-8"))
    assert any(o["output_type"] == "error" for c in failed["cells"] for o in c.get("outputs", []))
    assert not list(executed.parent.glob(".*"))
