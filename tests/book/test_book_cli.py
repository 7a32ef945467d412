"""The command `srhm-book`, as a user meets it."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checkouts import make_checkout
from srhm_book import cli
from srhm_book.publish.notebooks import NotebookError, Outcome

ROOT = Path(__file__).parent.parent.parent
COMMANDS = ("run", "grid", "claims", "pdf")


@pytest.fixture
def main():
    """The command that the fixture `run` runs here."""
    return cli.main


def fails(result, *words):
    """Exit code 2, nothing on stdout, and one line on stderr that holds the words."""
    code, out, err = result
    assert (code, out) == (2, "")
    assert err.startswith("srhm: error: ")
    assert err.count("\n") == 1
    for word in words:
        assert word in err


def test_the_readme_shows_every_command_and_no_other(run):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bsrhm-book ([a-z]\w*)", text)) == set(COMMANDS)
    listed = re.findall(r"^    ([a-z]+)\b", run("--help")[1], re.MULTILINE)
    assert set(listed) == set(COMMANDS)
    for command in COMMANDS:
        assert run(command, "--help")[0] == 0


def test_notebooks_passes_on_what_was_asked(run, monkeypatch, tmp_path):
    asked = {}

    def driver(names, parameters, **options):
        asked.update(names=names, parameters=parameters, **options)
        return [Outcome("01_data", Path("x/01_data.ipynb"), executed=True)]

    monkeypatch.setattr("srhm_book.cli.run_notebooks", driver)
    words = "01_data -p v 8 -p lr 1e-3 -p arch cnn -p flag true --profile smoke --workers 1"
    assert run("run", *words.split())[:2] == (0, "x/01_data.ipynb: executed\n")
    assert asked["names"] == ["01_data"]
    assert asked["parameters"] == {"v": 8, "lr": 1e-3, "arch": "cnn", "flag": True}
    assert (asked["profile"], asked["workers"], asked["out"]) == ("smoke", 1, "book/executed")
    run("run", "--out", "here")
    assert asked["names"] is None
    assert asked["out"] == tmp_path / "here"


def test_a_failed_notebook_is_an_error(run, monkeypatch):
    def driver(*_, **__):
        raise NotebookError("01_data failed in cell 3")

    monkeypatch.setattr("srhm_book.cli.run_notebooks", driver)
    fails(run("run"), "01_data failed in cell 3")


def test_claims_as_json_and_as_a_table(run, tmp_path, monkeypatch):
    """And a terminal sees what is being worked out."""
    (make_checkout(tmp_path) / "none").mkdir()
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    code, out, err = run("claims", "--json", "--store", tmp_path / "none")
    assert (code, err) == (0, "")
    items = json.loads(out)
    assert {"id", "statement", "parts", "settings", "seeds", "verdict"} <= set(items[0])
    assert {"value", "interval", "expected", "verdict"} <= set(items[0]["parts"][0])
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    code, out, _ = run("claims", "--store", tmp_path / "none")
    assert code == 0
    assert "| Claim |" in out
    for part in ("runs", "laws", "architectures"):
        assert part in terminal.getvalue()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("grid lcn_L2 --max-P -3", ["--max-P", "-3"]),
        ("grid lcn_L2 --max-P many", ["--max-P", "'many'"]),
        ("grid lcn_L2 --repeats 0", ["--repeats", "0"]),
        ("grid lcn_L2 --workers -1", ["--workers", "-1"]),
        ("grid lcn_L9", ["lcn_L2", "'lcn_L9'"]),
        ("claims --store none", ["'none'"]),
        ("claims", ["results'"]),
    ],
)
def test_impossible_options_are_refused_before_any_work(run, tmp_path, words, named):
    make_checkout(tmp_path)
    before = set(tmp_path.rglob("*"))
    fails(run(*words.split()), *named)
    assert set(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("words", ["claims", "claims --store none", "claims --store ."])
def test_claims_need_a_checkout_whatever_the_store(run, words):
    fails(run(*words.split()), "book/paper", "checkout")


def test_the_claims_are_utf_8_whatever_the_locale(tmp_path):
    """Sent to a file, with an encoding that lacks their symbols."""
    (make_checkout(tmp_path) / "results").mkdir()
    paths = os.pathsep.join([str(ROOT), str(ROOT / "book")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "srhm_book.cli", "claims"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert "s₀" in done.stdout.decode("utf-8")
