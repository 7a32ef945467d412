"""One claim of the paper, what was found, and the one rule that turns this into a verdict.

A claim has one or several parts, each a `Number` or a `Share`. Its verdict is that of its worst
part, so that parts cannot make up for one another, and no part agrees because little is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from srhm.stats.fits import Estimate
from srhm_book import verdicts
from srhm_book.verdicts import BAND
from srhm_book.wording import NOTHING, with_ends

MOST, MANY = 0.9, 0.75  # of a figure's points or pairs
COVERED, FEWEST = 0.8, 5  # how many of them must be known

OWN = "This book's predictions"  # the group of claims that no paper makes
VERDICTS = ("agrees", "close", "open", "differs")  # the last one there is decides
RULE = (
    f"A number *agrees* when its interval, of 95 % unless its row says otherwise, holds the "
    f"expected value and stays within {100 * BAND:.0f} % of it; it is *close* when the interval "
    f"stays as near without holding it. An interval that reaches further is *open* when it holds "
    f"the value, or when it is longer than those {100 * BAND:.0f} % either way and still reaches "
    f"into them; else it *differs*, which says nothing of how far off it is: where it still "
    f"reaches within {100 * BAND:.0f} % of the value, *size open* is added. Where the expected "
    f"value is itself measured, the interval is that of the difference. What is not measured (–) "
    f"is *open*.\n\nA share of points or pairs *agrees* from {100 * MOST:.0f} %, is *close* from "
    f"{100 * MANY:.0f} %, and *differs* below; it is *open* while fewer than {FEWEST} are known, "
    f"or fewer than {100 * COVERED:.0f} % of all, unless those missing could not change it. A "
    f"pair whose order its own interval leaves open counts as missing.\n\nA claim of several parts "
    f"has the verdict of its worst: *differs*, then *open*, then *close*. No allowance is made "
    f"for their number. A claim whose setting is not trained here, but another one that its row "
    f"names, is *open* whatever its parts say."
)


@dataclass(frozen=True)
class Number:
    """A fitted number beside the one that the claim expects; paper: the paper's own points' fit.

    An end of the interval is None where it is open. value is None where nothing is known. bracket:
    what the interval is where it is no 95 % interval, such as "least to largest of 3 seeds".
    around: the interval of the expected number, where that is measured too. paper_interval: that of
    the paper's own points, where their fit has one.
    """

    what: str
    expected: float
    value: float | None = None
    interval: tuple[float | None, float | None] = (None, None)
    paper: float | None = None
    bracket: str = ""
    around: tuple[float, float] | None = None
    paper_interval: tuple[float | None, float | None] = (None, None)

    @classmethod
    def of(
        cls,
        what: str,
        expected: float | Estimate,
        found: Estimate | None,
        paper: Estimate | None = None,
    ) -> Number:
        """From estimates, of which those found here and by the paper may be missing."""
        own = (found.value, (found.low, found.high)) if found else ()
        value, interval = own or (None, (None, None))
        theirs, ends = (paper.value, (paper.low, paper.high)) if paper else (None, (None, None))
        around = None
        if isinstance(expected, Estimate):
            expected, around = expected.value, (expected.low, expected.high)
        return cls(what, expected, value, interval, theirs, around=around, paper_interval=ends)

    @property
    def verdict(self) -> str:
        """See `RULE`."""
        if self.value is None:
            return "open"
        return verdicts.verdict(*self._ends(), self.expected)

    @property
    def size_open(self) -> bool:
        """Whether it differs, but perhaps by little: the interval reaches into the band."""
        return self.verdict == "differs" and verdicts.near(*self._ends(), self.expected)

    def _ends(self) -> tuple[float, float]:
        """Of the interval; with ``around``, of that of the difference, about the expected number.

        The difference of two independent estimates: on each side their distances to the ends that
        widen it add in squares (Zou and Donner 2008).
        """
        low, high = self.interval
        low, high = -math.inf if low is None else low, math.inf if high is None else high
        if self.around is None:
            return low, high
        less, more = self.around
        return (
            self.value - math.hypot(self.value - low, more - self.expected),
            self.value + math.hypot(high - self.value, self.expected - less),
        )


@dataclass(frozen=True)
class Share:
    """How many of ``number`` known points or pairs are as the claim says; of ``possible``.

    paper: the share among the paper's own points, where these were read off.
    """

    what: str
    hits: int
    number: int
    possible: int | None = None
    paper: float | None = None
    expected = 1.0
    interval = None
    paper_interval = (None, None)
    bracket = ""
    size_open = False

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.number if self.number else None

    @property
    def verdict(self) -> str:
        """See `RULE`."""
        if self.number < FEWEST:
            return "open"
        every = max(self.number, self.possible or 0)
        least, most = self.hits / every, (self.hits + every - self.number) / every
        if _of_share(least) == _of_share(most):  # whatever those missing are
            return _of_share(least)
        return "open" if self.number < COVERED * every else _of_share(self.value)


@dataclass(frozen=True)
class Claim:
    """A claim of the paper: where it makes it, what was found, and the chapter that shows it.

    parts: the numbers and shares that it stands on, the main one first. settings, seeds: how many
    these rest on, at least. remark: what else a reader must know. elsewhere: how the setting of
    these parts differs from the claim's own, where that is not trained: they do not decide it.
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
    elsewhere: str | None = None

    @property
    def verdict(self) -> str:
        """That of the worst part; "open" where the claim's own setting is not trained."""
        return "open" if self.elsewhere else worst(part.verdict for part in self.parts)

    @property
    def size_open(self) -> bool:
        """Whether it differs, and of every part that does the size is open."""
        return self.verdict == "differs" and all(
            part.size_open for part in self.parts if part.verdict == "differs"
        )

    @property
    def deciding(self) -> Number | Share:
        """The first part that has the worst verdict, of which the size is not open if it can."""
        own = [part for part in self.parts if part.verdict == worst(p.verdict for p in self.parts)]
        return min(own, key=lambda part: part.size_open)

    @property
    def measured(self) -> bool:
        """Whether anything is known of it."""
        return any(part.value is not None for part in self.parts)

    def as_dict(self) -> dict:
        """All of it, with the verdicts, for JSON."""
        parts = [asdict(p) | {"value": p.value} | _verdict(p) for p in self.parts]
        return asdict(self) | {"parts": parts} | _verdict(self)


def worst(found: Iterable[str]) -> str:
    """The verdict that decides; "open" of none."""
    return max(found, key=VERDICTS.index, default="open")


def _of_share(value: float) -> str:
    return "agrees" if value >= MOST else "close" if value >= MANY else "differs"


def in_words(item: Number | Share | Claim) -> str:
    """The verdict, and whether the size of a difference is open."""
    return f"{item.verdict} (size open)" if item.size_open else item.verdict


def _verdict(item: Number | Share | Claim) -> dict:
    return {"verdict": item.verdict, "size_open": item.size_open}


def numbers(part: Number | Share) -> tuple[str, str, str]:
    """What the claim expects, the paper's own points, and what was found here, in words."""
    return expected(part), with_ends(part.paper, *part.paper_interval), here(part)


def noted(part: Number | Share, text: str) -> str:
    """What the interval found here is, put into ``text``; nothing where it is a 95 % interval."""
    return text.format(part.bracket) if part.bracket and part.value is not None else ""


def expected(part: Number | Share) -> str:
    """The value that the claim expects, with its interval where it is measured."""
    if isinstance(part, Share):
        return "all"
    return with_ends(part.expected, *part.around) if part.around else f"{part.expected:.3g}"


def here(part: Number | Share) -> str:
    """The value found, with its interval, or the count of those known; a dash for nothing."""
    if part.value is None:
        return NOTHING
    if isinstance(part, Share):
        more = (part.possible or 0) > part.number
        return f"{part.hits} of {part.number}" + (f" ({part.possible} in all)" if more else "")
    return with_ends(part.value, *part.interval)
