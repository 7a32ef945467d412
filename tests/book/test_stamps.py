"""Which modules an executed notebook depends on."""

import itertools
import json
import re
from pathlib import Path

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


def test_what_a_notebook_says_that_it_reads_is_there():
    """A pattern that fits no file would leave a page as it is when its data change."""
    for script in sorted((ROOT / "notebooks").glob("*.py")):
        text = re.search(
            r"^#     reads: (\[.*\])$", script.read_text(encoding="utf-8"), re.MULTILINE
        )
        for pattern in json.loads(text[1]) if text else ():
            assert any(ROOT.glob(pattern)), (script.name, pattern)
