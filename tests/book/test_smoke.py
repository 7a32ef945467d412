"""Every notebook in the profile `smoke`: toys, trained in seconds."""

import ast
from pathlib import Path

import jupytext
import pytest
from matplotlib import pyplot as plt

from srhm.training import run

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.fixture(scope="module", autouse=True)
def each_toy_once():
    """Many notebooks have the same toys: a process trains each once, for the same row."""
    trained, train = {}, run.train

    def train_once(config, device="auto", **others):
        if others:
            return train(config, device, **others)
        if config.key not in trained:
            trained[config.key] = train(config, device)
        return dict(trained[config.key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "train", train_once)
        yield


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_runs_in_the_profile_smoke(script, made, monkeypatch):
    """Its cells, one after the other, in this process: a kernel of its own takes seconds more."""
    parameters, *later = (
        cell.source for cell in jupytext.read(script).cells if cell.cell_type == "code"
    )
    if made and not any(minds_the_profile(source) for source in later):
        assert (ROOT / "book" / "executed" / f"{script.stem}.ipynb").is_file()
        return  # `make book` has just run the very same
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    scope = {}
    exec(parameters, scope)
    scope["profile"] = "smoke"
    try:
        for source in later:
            show(run_cell(source, scope))
    finally:
        plt.close("all")


def run_cell(source, scope):
    """The value of the cell's last line, which a notebook shows."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), source[:60], "exec"), scope)
    return eval(compile(ast.Expression(last.value), source[:60], "eval"), scope) if last else None


def show(value):
    """Tables are made where they are shown, and not before."""
    if hasattr(value, "_repr_html_"):
        value._repr_html_()


def minds_the_profile(source):
    """Whether code does more with the profile than to refuse an unknown one."""
    lines = (line for line in source.splitlines() if "import" not in line)
    return any("profile" in line and line != "by_profile(profile)" for line in lines)


def test_pages_that_mind_the_profile_are_known():
    assert not minds_the_profile("from a import by_profile\nby_profile(profile)\nx = 1")
    assert minds_the_profile("by_profile(profile)\nv = by_profile(profile, v)")
