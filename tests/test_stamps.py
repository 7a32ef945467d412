"""Which modules an executed notebook depends on."""

import pytest

from srhm.stamps import modules_behind

FILES = {
    "__init__": "from pkg.a import one",
    "a": "import math\n\ndef f():\n    from pkg.b import two\n",
    "b": "two = 2",
    "c": "from pkg import b",
    "d": "import pkg.c",
    "e": "from .b import two",
}


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "pkg"
    folder.mkdir()
    for name, code in FILES.items():
        (folder / f"{name}.py").write_text(code)
    return folder


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy as np", []),
        ("from pkg.b import two", ["b"]),
        ("x = 1\nfrom pkg.a import f", ["a", "b"]),  # also what it imports inside a function
        ("import pkg.d as d", ["b", "c", "d"]),
        ("from pkg import b, c", ["b", "c"]),
        ("from pkg import one", sorted(FILES)),  # from the package itself: from anywhere
        ("import pkg", sorted(FILES)),
        ("from pkg.e import two", sorted(FILES)),
        ("%matplotlib inline", sorted(FILES)),
    ],
)
def test_modules_behind(package, code, expected):
    assert modules_behind(code, package) == expected
