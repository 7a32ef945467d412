"""What the paper claims and what was found, as data and as tables.

Every number is computed: ours from the store, the paper's from `book/paper`. The rule for a
verdict on a sample complexity: the paper's values are points of its grid of training sizes, known
to about 20 %; ours *agrees* when its 95 % interval meets the paper's value ± 20 %.
"""

import json
import math
import os
from collections import Counter
from dataclasses import asdict

import pandas as pd
from tqdm import tqdm

from srhm.runs.store import Store
from srhm.stats.curves import sample_complexity
from srhm_book.claims.architectures import architecture_claims
from srhm_book.claims.claim import Claim
from srhm_book.claims.invariance import invariance_claims
from srhm_book.claims.laws import law_claims
from srhm_book.complexity.law_tests import MOST_HALF_WIDTH
from srhm_book.complexity.table import rows_of
from srhm_book.grids import PAPER, setting
from srhm_book.paper import crossing, paper_curve, paper_P_star

PAPER_TOLERANCE = 0.2
RULE = (
    "A sample complexity *agrees* when the 95 % interval found here meets the paper's value "
    f"± {100 * PAPER_TOLERANCE:.0f} %, which is how far apart the paper's training sizes are. An "
    "exponent *agrees* when its 95 % interval holds the law's and reaches no further than "
    f"{100 * MOST_HALF_WIDTH:.0f} % of it either way. A rank correlation "
    "of common architectures *agrees* when its 95 % interval lies above 0."
)


# Measured from the store: id, the setting, figure, chapter.
MEASURED = (
    ("P_star_lcn_v6", setting("lcn", 6, 1, **PAPER), "4B", "03_learning_curve"),
    ("P_star_cnn_v6", setting("cnn", 6, 1, **PAPER), "4C", "03_learning_curve"),
    ("P_star_lcn_v10", setting("lcn", 10, 2), "4A", "03_learning_curve"),
)
# The claims that carry the paper; all others are on the page of all claims.
HEADLINES = (
    "eq3", "eq3_s0_L2", "eq4", "eq4_s0_L2", "eq5", "eq8_lcn_S", "eq8_lcn_D", "eq8_cnn_S",
    "eq8_cnn_D", "levels_lcn", "fig1_D", "fig1_S",
)  # fmt: skip


def claims(store: Store, progress: bool = False) -> list[Claim]:
    """All claims, with their values from the runs in `store`.

    progress: a bar on stderr where that is a terminal, with what is being worked out.
    """
    frame, found = pd.DataFrame(), []
    parts = {
        "sample complexities": lambda: [_sample_complexity_claim(frame, *row) for row in MEASURED],
        "laws": lambda: law_claims(store),
        "invariance": lambda: invariance_claims(frame),
        "architectures": lambda: architecture_claims(store),
    }
    # tqdm takes None for: unless stderr is a terminal.
    silent = None if progress and not os.environ.get("TQDM_DISABLE") else True
    form = "{desc:22} |{bar:20}| {elapsed}"
    with tqdm(
        total=1 + len(parts), desc="runs", disable=silent, bar_format=form, leave=False
    ) as bar:
        frame = store.frame()
        for name, work in parts.items():
            bar.update()
            bar.set_description_str(name)
            found += work()
    return found


def to_json(items: list[Claim]) -> str:
    """The claims as a JSON list of objects."""
    return json.dumps([asdict(item) for item in items], indent=2, ensure_ascii=False)


def to_markdown(items: list[Claim]) -> str:
    """All claims as a table, with the rule of the verdicts and the reasons for gaps below it."""
    reasons = [f"- {_escape(f'{i.statement}: {i.reason}')}." for i in items if i.reason]
    return "\n".join([":::{div} claims", *_table(items), "", RULE, "", *reasons, ":::"]) + "\n"


def headlines(items: list[Claim]) -> str:
    """The table of the landing page: the main claims, and how many others there are."""
    counts = Counter(item.verdict for item in items)
    names = ("agrees", "differs", "not measured")
    text = ", ".join(f"{counts[name]} *{name}*" for name in names if counts[name])
    link = f"Of all {{doc}}`{len(items)} claims </book/verdicts>`: {text}."
    main = [item for item in items if item.id in HEADLINES]
    return "\n".join([":::{div} claims", *_table(main), "", link, ":::"]) + "\n"


def _table(items: list[Claim]) -> list[str]:
    lines = [
        "| Claim | Figure | Paper | Here, 95 % interval | Ratio | Verdict | Chapter |",
        "|---|---|---|---|---|---|---|",
    ]
    for item in items:
        cells = (
            _escape(item.statement), item.figure, _round(item.paper), _with_interval(item),
            f"{item.ratio:.2f}" if item.ratio else "",
            item.verdict, f"{{doc}}`/book/executed/{item.chapter}`",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def verdict_on(paper: float, measured: float, interval) -> str:
    """Says "agrees" when the interval meets paper ± 20 %; an open end reaches as far as need be.

    With a single seed (both ends None) the measured value stands for its interval.
    """
    low, high = interval
    if low is None and high is None:
        low = high = measured
    low, high = low if low is not None else 0.0, high if high is not None else math.inf
    meets = low <= paper * (1 + PAPER_TOLERANCE) and high >= paper * (1 - PAPER_TOLERANCE)
    return "agrees" if meets else "differs"


def _sample_complexity_claim(frame, id, config, figure, chapter) -> Claim:
    arch, v, s0 = config.arch, config.v, config.s0
    statement = f"P* of the {arch.upper()} at v = {v}, s₀ = {s0}, L = {config.L}"
    paper = crossing(paper_curve()) if figure == "4A" else paper_P_star(arch, v, s0)
    rows = rows_of(frame, config) if len(frame) else frame
    found = sample_complexity(rows) if len(rows) else None
    if found is None or found.P_star is None:
        return Claim(
            id, statement, figure, "not measured", paper, chapter=chapter,
            reason="no runs are stored" if found is None else found.reason,
        )  # fmt: skip
    interval = (found.low, found.high)
    return Claim(
        id, statement, figure, verdict_on(paper, found.P_star, interval), paper, found.P_star,
        interval, found.P_star / paper, settings=1, seeds=found.num_seeds, chapter=chapter,
    )  # fmt: skip


def _escape(text: str) -> str:
    return text.replace("*", r"\*")


def _round(value: float | None) -> str:
    """Three significant digits, counts (int) in full, thousands separated; empty for nothing."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def _with_interval(item: Claim) -> str:
    if item.measured is None:
        return ""
    if item.interval is None:
        return _round(item.measured)
    low, high = (_round(end) or "?" for end in item.interval)
    return f"{_round(item.measured)} ({low} to {high})"
