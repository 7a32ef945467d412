"""One claim of a paper, and what was found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """One claim of the paper and its verdict: agrees, differs, or not measured.

    paper, measured: the same quantity there and here; interval: ours, 95 %, an end None where it
    is open; ratio: measured / paper; settings, seeds: how many the measured value rests on;
    chapter: the notebook that shows it;
    reason: why it was not measured.
    """

    id: str
    statement: str
    figure: str
    verdict: str = "not measured"
    paper: float | None = None
    measured: float | None = None
    interval: tuple[float | None, float | None] | None = None
    ratio: float | None = None
    settings: int = 0
    seeds: int = 0
    chapter: str | None = None
    reason: str | None = None
