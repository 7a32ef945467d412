"""The code of the page on using the package, and of the README, runs as it is written."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def blocks(name):
    """Title and code of each Python block of a page."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^## ([^\n]*)\n|^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    title = ""
    for heading, code in found:
        title = heading or title
        if code:
            yield title, code


RECIPES = list(blocks("book/using_srhm.md"))


class InThisProcess(ThreadPoolExecutor):
    """For `SpawnPool`, which has tests of its own: starting processes takes seconds."""

    def __init__(self, _workers):
        super().__init__(1)

    def close(self):
        self.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The one in which all recipes run: what one leaves, a later one reads."""
    return tmp_path_factory.mktemp("using")


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for module in ("search", "sweep"):
        monkeypatch.setattr(f"srhm.runs.{module}.SpawnPool", InThisProcess)


def run(code):
    names = {}
    exec(compile(code, "recipe", "exec"), names)
    return names


def test_twelve_recipes_of_ten_lines():
    assert len(RECIPES) == 12
    for title, code in RECIPES:
        lines = [line for line in code.splitlines() if line.strip()]
        assert len(lines) <= 10, title
        assert max(map(len, lines)) <= 100, title


@pytest.mark.parametrize("code", [code for _, code in RECIPES], ids=[title for title, _ in RECIPES])
def test_recipe(code, capsys):
    names = run(code)
    out = capsys.readouterr().out
    assert "nan" not in out.lower()
    assert "none" not in out.lower()
    if "curve" in names:
        assert names["curve"].P.tolist()[0] == 64
        assert (names["curve"].n >= 3).all()
        assert names["curve"]["mean"].iloc[0] > names["curve"]["mean"].iloc[-1]
    if "P_star" in code:
        assert names["found"].low < names["found"].P_star < names["found"].high


def test_readme():
    code = next(code for title, code in blocks("README.md") if "from srhm import" in code)
    names = run(code)
    assert names["x"].shape == (4000 % 128, 6, 16)
    assert names["row"]["P"] == 500
