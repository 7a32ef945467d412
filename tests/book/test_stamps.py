"""Which modules an executed notebook depends on."""

import itertools
from pathlib import Path

import jupytext
import pytest

from srhm_book.publish.stamps import files_behind, modules_behind

ROOT = Path(__file__).parent.parent.parent
FILES = {
    "__init__": "import importlib\n\ndef __getattr__(name):\n"
    "    if name == 'one':\n        return importlib.import_module('PKG.a').one\n"
    "    raise AttributeError(name)\n",
    "a": "import math\n\nclass one: pass\n\ndef f():\n    from PKG.room.b import two\n",
    "c": "from PKG.room import b",
    "d": "import PKG.c",
    "room/__init__": "",
    "room/b": "from PKG.room.deep.e import three\ntwo = 2",
    "room/deep/__init__": "",
    "room/deep/e": "three = 3",
}
B = ["room.b", "room.deep.e"]
ALL = ["", "a", "c", "d", "room", "room.b", "room.deep", "room.deep.e"]
numbers = itertools.count()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a name of its own, since Python keeps what it has imported."""
    name = f"pkg{next(numbers)}"
    for path, code in FILES.items():
        file = tmp_path / name / f"{path}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code.replace("PKG", name), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return name


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np", []),
        ("from PKG.room.b import two", B),
        ("x = 1\nfrom PKG.a import f", ["a", *B]),  # also what it imports inside a function
        ("import PKG.d as d", ["c", "d", *B]),
        ("from PKG import c", ["c", *B]),
        ("from PKG.room import b", B),
        ("from PKG import one", ["a", *B]),  # a public name stands for the module that defines it
        ("from PKG import nothing", ALL),
        ("import PKG", ALL),
        ("from .b import two", ALL),
        ("%matplotlib inline", ALL),
    ],
)
def test_modules_behind(package, code, expected):
    found = modules_behind(code.replace("PKG", package), (package,))
    assert found == [f"{package}.{name}".rstrip(".") for name in expected]


def test_files_behind_reach_into_every_folder(package, tmp_path):
    """A module deep in the package counts: or an edit of it would leave a page stale."""
    found = files_behind(f"from {package} import one", (package,))
    names = [path.relative_to(tmp_path / package).as_posix() for path in found]
    assert names == ["a.py", "room/b.py", "room/deep/e.py"]


def notebooks():
    scripts = sorted((ROOT / "notebooks").glob("*.py"))
    return {script.stem: jupytext.read(script) for script in scripts}


def test_what_a_notebook_says_that_it_reads_is_there():
    """A pattern that fits no file would leave a page as it is when its data change."""
    narrowed = {
        name: notebook.metadata["srhm"]["reads"]
        for name, notebook in notebooks().items()
        if "reads" in notebook.metadata.get("srhm", {})
    }
    assert "01_data" in narrowed
    for name, patterns in narrowed.items():
        for pattern in patterns:
            assert any(ROOT.glob(pattern)), (name, pattern)


HELPERS = {
    "book/srhm_book/pictures/costs.py": "05_engine",
    "book/srhm_book/complexity/fixed_d.py": "08_sparser_is_easier",
    "book/srhm_book/complexity/sparsity_B_figures.py": "09_sparsity_B",
    "book/srhm_book/invariance/conventions.py": "10_layer_by_layer",
    "book/srhm_book/complexity/authors_figures.py": "17_authors_training",
    "book/srhm_book/images/figures.py": "16_images",
    "book/srhm_book/spectral/figures.py": "30_spectral_bias",
}


def test_an_edit_of_a_chapters_helper_makes_that_chapter_stale_alone():
    """And the pages of all claims, where it measures one."""
    behind = {
        name: {path.relative_to(ROOT).as_posix() for path in files_behind(code_of(notebook))}
        for name, notebook in notebooks().items()
    }
    claims = {"00_overview", "21_all_claims"}
    for helper, chapter in HELPERS.items():
        stale = {name for name, files in behind.items() if helper in files}
        assert chapter in stale, helper
        assert stale <= {chapter, *claims}, helper


def code_of(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
