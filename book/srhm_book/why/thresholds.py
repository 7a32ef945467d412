"""P*, P*_S and P*_D of a task with unequal probabilities, read in two ways.

"own": on the task's own data, with synonyms and places exchanged as likely as they are there.
"even": the same trained networks on the even task, of the same rules and equal probabilities.
"""

from __future__ import annotations

from srhm.runs.search import Target
from srhm.training.config import EVEN, RunConfig
from srhm_book.invariance.thresholds import ERROR, paper_targets

OWN_READING, EVEN_READING = "own", "even"
READINGS = (OWN_READING, EVEN_READING)


def targets(setting: RunConfig, reading: str) -> dict[str, Target]:
    """What is read off at which value: {"P": of the error, "S": .., "D": of the second layer's}.

    The thresholds are those of `paper_targets`. A displacement may draw the present place again,
    and does so more often where places are unequal; the own reading's threshold of D is lowered
    in proportion to how often a feature moves.
    """
    synonyms, places = paper_targets(setting)
    unequal = setting.zipf or setting.displacement_ratio != 1
    before = EVEN if reading == EVEN_READING and unequal else ""
    moved = 1.0 if before else share_moved(setting)
    return {
        "P": Target(before + ERROR),
        "S": Target(before + synonyms.quantity, synonyms.threshold),
        "D": Target(before + places.quantity, places.threshold * moved),
    }


def share_moved(setting: RunConfig) -> float:
    """How often a displacement of level 1 moves a feature, over the same with equal places."""
    odds = setting.task.place_odds[0]
    places = setting.task.s0_levels[0] + 1
    return 1.0 if odds is None else float((1 - (odds**2).sum()) / (1 - 1 / places))
