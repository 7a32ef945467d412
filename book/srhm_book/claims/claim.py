"""One claim of the paper, what was found, and the one rule that turns this into a verdict.

A claim has one or several parts, each a `Number` or a `Share`. Its verdict is that of its worst
part, so that parts cannot make up for one another, and no part agrees because little is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from srhm.stats.fits import Estimate
from srhm_book.wording import NOTHING, with_ends

BAND = 0.2  # how far from the expected value, relative to it, an interval may reach
MOST, MANY = 0.9, 0.75  # of a figure's points or pairs
COVERED, FEWEST = 0.8, 5  # how many of them must be known

OWN = "Why (this book's own)"  # the group of claims that no paper makes
VERDICTS = ("agrees", "close", "open", "differs")  # the last one there is decides
RULE = (
    f"A number *agrees* when its 95 % interval holds the expected value and stays within "
    f"{100 * BAND:.0f} % of it; it is *close* when the interval stays as near without holding it, "
    f"*open* when the interval holds it and reaches further or nothing is measured yet (–), and "
    f"*differs* otherwise. A share of "
    f"points or pairs *agrees* from {100 * MOST:.0f} %, is *close* from {100 * MANY:.0f} %, "
    f"*differs* below, and is *open* while fewer than {100 * COVERED:.0f} % of them are measured. "
    f"A claim of several parts has the verdict of its worst: *differs*, then *open*, then *close*."
)


@dataclass(frozen=True)
class Number:
    """A fitted number beside the one that the claim expects; paper: the paper's own points' fit.

    An end of the interval is None where it is open. value is None where nothing is known.
    """

    what: str
    expected: float
    value: float | None = None
    interval: tuple[float | None, float | None] = (None, None)
    paper: float | None = None

    @classmethod
    def of(cls, what, expected, found: Estimate | None, paper: Estimate | None = None) -> Number:
        """From estimates, either of which may be missing."""
        own = (found.value, (found.low, found.high)) if found else ()
        value, interval = own or (None, (None, None))
        return cls(what, expected, value, interval, paper.value if paper else None)

    @property
    def verdict(self) -> str:
        """See `RULE`."""
        if self.value is None:
            return "open"
        low, high = self.interval
        low, high = -math.inf if low is None else low, math.inf if high is None else high
        holds = low <= self.expected <= high
        near = abs(self.expected) * BAND >= max(high - self.expected, self.expected - low)
        if near:
            return "agrees" if holds else "close"
        return "open" if holds else "differs"


@dataclass(frozen=True)
class Share:
    """How many of ``number`` measured points or pairs are as the claim says; of ``possible``.

    paper: the share among the paper's own points, where these were read off.
    """

    what: str
    hits: int
    number: int
    possible: int | None = None
    paper: float | None = None
    expected = 1.0
    interval = None

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.number if self.number else None

    @property
    def verdict(self) -> str:
        """See `RULE`."""
        if self.number < max(FEWEST, COVERED * (self.possible or 0)):
            return "open"
        return "agrees" if self.value >= MOST else "close" if self.value >= MANY else "differs"


@dataclass(frozen=True)
class Claim:
    """A claim of the paper: where it makes it, what was found, and the chapter that shows it.

    parts: the numbers and shares that it stands on, the main one first. settings, seeds: how many
    these rest on, at least. remark: what else a reader must know.
    """

    id: str
    group: str
    statement: str
    figure: str
    chapter: str
    parts: tuple[Number | Share, ...]
    settings: int = 0
    seeds: int = 0
    remark: str | None = None

    @property
    def verdict(self) -> str:
        """That of the worst part."""
        return worst(part.verdict for part in self.parts)

    @property
    def deciding(self) -> Number | Share:
        """The first part that has the claim's verdict."""
        return next(part for part in self.parts if part.verdict == self.verdict)

    @property
    def measured(self) -> bool:
        """Whether anything is known of it."""
        return any(part.value is not None for part in self.parts)

    def as_dict(self) -> dict:
        """All of it, with the verdicts, for JSON."""
        parts = [asdict(p) | {"value": p.value, "verdict": p.verdict} for p in self.parts]
        return asdict(self) | {"parts": parts, "verdict": self.verdict}


def worst(verdicts: Iterable[str]) -> str:
    """The verdict that decides; "open" of none."""
    return max(verdicts, key=VERDICTS.index, default="open")


def numbers(part: Number | Share) -> tuple[str, str, str]:
    """What the claim expects, the paper's own points, and what was found here, in words."""
    return expected(part), with_ends(part.paper), here(part)


def expected(part: Number | Share) -> str:
    """The value that the claim expects."""
    return "all" if isinstance(part, Share) else f"{part.expected:.3g}"


def here(part: Number | Share) -> str:
    """The value found, with its interval, or the count; a dash for nothing."""
    if part.value is None:
        return NOTHING
    if isinstance(part, Share):
        return f"{part.hits} of {part.number}"
    return with_ends(part.value, *part.interval)
