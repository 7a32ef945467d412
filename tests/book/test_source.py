"""Functions as pages show them."""

import pytest

from srhm_book.source import source_of


def long(x):
    """Twice x.

    x: a number.
    """
    return 2 * x


def short(x):
    """Half of x, which
    may be odd."""
    return x / 2


def bare(x):
    text = """a

    b"""
    return x + len(text)


LONG = 'def long(x):\n    """Twice x."""\n    return 2 * x'
SHORT = 'def short(x):\n    """Half of x, which\n    may be odd."""\n    return x / 2'
BARE = 'def bare(x):\n    text = """a\n\n    b"""\n    return x + len(text)'


@pytest.mark.parametrize(
    ("functions", "shown"),
    [((long,), LONG), ((short,), SHORT), ((bare,), BARE), ((long, short), f"{LONG}\n\n{SHORT}")],
)
def test_source_of(functions, shown):
    assert source_of(*functions).data == f"```python\n{shown}\n```"
