"""The one rule that turns an interval about an expected number into a verdict.

Chapters and claims share it, so that no number is open on one page and decided on another.
"""

from __future__ import annotations

BAND = 0.2  # how far from the expected value, relative to it, an interval may reach


def verdict(low: float, high: float, expected: float) -> str:
    """What an interval, whose ends may be infinite, says of an expected number.

    "agrees" where it holds the number and stays within `BAND` of it, "close" where it stays as near
    without holding it. Of those that reach further, "open" where it holds the number, and where it
    is longer than the band and still reaches into it: moved a little, it would hold the number.
    "differs" otherwise.
    """
    holds, reach = low <= expected <= high, BAND * abs(expected)
    if max(high - expected, expected - low) <= reach:
        return "agrees" if holds else "close"
    wide = high - low > 2 * reach
    return "open" if holds or (wide and near(low, high, expected)) else "differs"


def near(low: float, high: float, expected: float) -> bool:
    """Whether some of the interval lies within `BAND` of the expected number."""
    return max(low - expected, expected - high) <= BAND * abs(expected)
