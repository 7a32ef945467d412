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

OWN = "This book's predictions"  # the group of claims that no paper makes
VERDICTS = ("agrees", "close", "open", "differs")  # the last one there is decides
RULE = (
    f"A number *agrees* when its interval, of 95 % unless its row says otherwise, holds the "
    f"expected value and stays within {100 * BAND:.0f} % of it; it is *close* when the interval "
    f"stays as near without holding it, "
    f"*open* when the interval holds it and reaches further or nothing is measured yet (–), and "
    f"*differs* otherwise: the interval leaves the value out, which says nothing of how far off it "
    f"is; where the interval still reaches within {100 * BAND:.0f} % of it, *size open* is added. "
    f"A share of "
    f"points or pairs *agrees* from {100 * MOST:.0f} %, is *close* from {100 * MANY:.0f} %, "
    f"*differs* below, and is *open* while fewer than {100 * COVERED:.0f} % of them are measured. "
    f"A claim of several parts has the verdict of its worst: *differs*, then *open*, then *close*."
)


@dataclass(frozen=True)
class Number:
    """A fitted number beside the one that the claim expects; paper: the paper's own points' fit.

    An end of the interval is None where it is open. value is None where nothing is known. bracket:
    what the interval is where it is no 95 % interval, such as "least to largest of 3 seeds".
    """

    what: str
    expected: float
    value: float | None = None
    interval: tuple[float | None, float | None] = (None, None)
    paper: float | None = None
    bracket: str = ""

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
        low, high = self._ends()
        holds = low <= self.expected <= high
        near = abs(self.expected) * BAND >= max(high - self.expected, self.expected - low)
        if near:
            return "agrees" if holds else "close"
        return "open" if holds else "differs"

    @property
    def size_open(self) -> bool:
        """Whether it differs, but perhaps by little: the interval reaches into the band."""
        low, high = self._ends()
        off = max(low - self.expected, self.expected - high)
        return self.verdict == "differs" and off <= abs(self.expected) * BAND

    def _ends(self) -> tuple[float, float]:
        low, high = self.interval
        return -math.inf if low is None else low, math.inf if high is None else high


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
    bracket = ""
    size_open = False

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
    def size_open(self) -> bool:
        """Whether it differs, and of every part that does the size is open."""
        return self.verdict == "differs" and all(
            part.size_open for part in self.parts if part.verdict == "differs"
        )

    @property
    def deciding(self) -> Number | Share:
        """The first part that has the claim's verdict, in the same words."""
        return next(part for part in self.parts if in_words(part) == in_words(self))

    @property
    def measured(self) -> bool:
        """Whether anything is known of it."""
        return any(part.value is not None for part in self.parts)

    def as_dict(self) -> dict:
        """All of it, with the verdicts, for JSON."""
        parts = [asdict(p) | {"value": p.value} | _verdict(p) for p in self.parts]
        return asdict(self) | {"parts": parts} | _verdict(self)


def worst(verdicts: Iterable[str]) -> str:
    """The verdict that decides; "open" of none."""
    return max(verdicts, key=VERDICTS.index, default="open")


def in_words(item: Number | Share | Claim) -> str:
    """The verdict, and whether the size of a difference is open."""
    return f"{item.verdict} (size open)" if item.size_open else item.verdict


def _verdict(item: Number | Share | Claim) -> dict:
    return {"verdict": item.verdict, "size_open": item.size_open}


def numbers(part: Number | Share) -> tuple[str, str, str]:
    """What the claim expects, the paper's own points, and what was found here, in words."""
    return expected(part), with_ends(part.paper), here(part)


def noted(part: Number | Share, text: str) -> str:
    """What the interval found here is, put into ``text``; nothing where it is a 95 % interval."""
    return text.format(part.bracket) if part.bracket and part.value is not None else ""


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
