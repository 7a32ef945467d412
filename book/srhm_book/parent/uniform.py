"""Without correlations nothing is learned: the parent's Figure 9.

Rules of the kind "uniform" make every tuple below the top equally likely in every class
(`srhm.data.rules`); beside them, random rules of the same sizes. CNNs, s = 2, m = n_c = v, s0 = 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from srhm.data.randomness import check_int
from srhm.runs.store import Store, to_frame
from srhm.runs.sweep import sweep
from srhm.stats.ratios import mean_of_few
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm_book import style
from srhm_book.grids import TOY
from srhm_book.parent.settings import SCALINGS
from srhm_book.tables import scrolling
from srhm_book.wording import NOTHING, join, with_ends

KINDS = ("uniform", "random")
TASKS = ((2, 2), (3, 2), (4, 2), (6, 2), (8, 2), (2, 3), (3, 3))  # (v, L)
SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of all data
MOST_EPOCHS = 500  # memorising, where nothing else is possible, ends long before
NEAR_CHANCE = 0.9  # of the error of guessing
HALF = 0.5  # of all data


def num_seeds(v: int, L: int) -> int:
    """More where the test data are few."""
    return 5 if v ** (2**L) <= 2000 else 3


def uniform_runs(
    tasks: Iterable[tuple[int, int]] = TASKS,
    kinds: Iterable[str] = KINDS,
    scaling: str = "fan_in",
    shares: Iterable[float] = SHARES,
    seeds: int | None = None,
    **other,
) -> list[RunConfig]:
    """The runs, cheapest tasks first; ``other`` changes the training."""
    training = SCALINGS[scaling] | {"max_epochs": MOST_EPOCHS} | other
    runs = []
    for v, L in sorted(tasks, key=lambda task: task[0] ** (2 ** task[1])):
        for kind, share in [(kind, share) for kind in kinds for share in shares]:
            P = round(share * v ** (2**L))
            for seed in range(seeds or num_seeds(v, L)):
                runs.append(_run(training, P, seed, v=v, L=L, rule_kind=kind))
    return runs


def _run(training: dict, P: int, seed: int, **task) -> RunConfig:
    """As `srhm.runs.search.run_at`, also where the task has less data than a batch."""
    batch = min(training["batch_size"], 2 ** max(int(math.log2(P / 4)), 0))
    rate = training["lr"] * batch / training["batch_size"]
    small = {"P": P, "batch_size": batch, "lr": rate}
    return RunConfig(**task, **training | small, **dict.fromkeys(SEED_FIELDS, seed))


def uniform_table(runs: pd.DataFrame) -> pd.DataFrame:
    """Test error over that of guessing, one row for each task, kind of rules and share of data.

    Columns v, L, rule_kind, share (rounded), P, ratio (mean over seeds), low, high (95 % over
    seeds, by Student's t), seeds and tested (test data, all seeds together).
    """
    runs = runs[runs.status != "diverged"]
    ratio = runs.test_error / (1 - 1 / runs.n_c)
    share = runs.P / runs.v ** (2.0**runs.L)
    table = runs.assign(ratio=ratio, share=share.round(1))
    rows = []
    for key, own in table.groupby(["v", "L", "rule_kind", "share"]):
        alone = (own.ratio.mean(), math.nan, math.nan)
        mean = mean_of_few(own.ratio) if len(own) > 1 else alone
        numbers = (own.P.iloc[0], *mean, len(own), own.num_test_used.sum())
        rows.append((*key, *numbers))
    names = ["v", "L", "rule_kind", "share", "P", "ratio", "low", "high", "seeds", "tested"]
    return pd.DataFrame(rows, columns=names)


def trained(profile: str, store: Store | None, seeds: int = 0, **sweep_options) -> pd.DataFrame:
    """The runs of a profile: what the store holds ("book"), or fewer trained now.

    seeds: how many a point, 0 for as many as planned; ValueError for a negative number.
    """
    check_int("seeds", seeds, 0)
    if store is not None:
        rows = [store.get(config, warn=False) for config in uniform_runs(seeds=seeds or None)]
        return to_frame(row for row in rows if row is not None)
    if profile == "smoke":
        runs = uniform_runs([(2, 2), (3, 2)], shares=(0.5, 0.9), seeds=seeds or 2, **TOY)
    else:
        runs = uniform_runs([(2, 2), (3, 2), (4, 2), (2, 3)], seeds=seeds or 3)
    return sweep(runs, None, **sweep_options)


def panels_of(table: pd.DataFrame) -> int:
    """How many panels `draw_uniform` needs: one a task, at least one."""
    return max(len(table.groupby(["v", "L"])), 1)


KIND_STYLES = {
    "random": {"color": style.BLUE, "marker": "o", "label": "random"},
    "uniform": {"color": style.VERMILION, "marker": "^", "label": "no correlations"},
}


def draw_uniform(axes, table: pd.DataFrame) -> None:
    """Error over guessing against the share of the data, a panel a task; axes in rows."""
    flat = list(axes.flat)
    for ax, ((L, v), own) in zip(flat, table.groupby(["L", "v"]), strict=False):
        for kind, part in own.groupby("rule_kind"):
            bars = style.bar_lengths(part.ratio, part.low, part.high)
            ax.errorbar(part.share, part.ratio, yerr=bars, capsize=2, markersize=4.5,
                        linewidth=1, **KIND_STYLES[kind])  # fmt: skip
        ax.axhline(1, color=style.GREY, linestyle="--", linewidth=0.8)
        ax.set_title(f"$v={v}$, $L={L}$", fontsize=11)
        ax.set_xlim(0, 1)
        ax.set_ylim(0, max(1.6, 1.1 * table.ratio.max()))
        ax.set_xlabel("$P/P_{\\max}$")
    for ax in flat[len(table.groupby(["L", "v"])) :]:
        ax.axis("off")
    flat[0].set_ylabel("error / guessing")
    if len(table):
        handles, labels = flat[0].get_legend_handles_labels()
        flat[0].figure.legend(handles, labels, loc="outside upper center", ncols=2)


def answer(table: pd.DataFrame) -> str:
    """The chapter's answer, of what is known."""
    uniform = table[table.rule_kind == "uniform"]
    wide, bits = uniform[uniform.v > 2], uniform[uniform.v == 2]
    if wide.empty:
        return "Nothing of it is in the store yet."
    random = table[(table.rule_kind == "random") & (table.v > 2)]
    few, many = wide[wide.share <= HALF], wide[wide.share > HALF]
    last = wide[wide.share == wide.share.max()].sort_values("ratio")
    text = (
        f"Without correlations, networks with up to half of all data are near chance in "
        f"{near_chance(few)} (tasks with v > 2, and shares of the data), while random "
        f"rules of the same sizes are learned there: {span(random[random.share == HALF])} of "
        f"guessing at half of the data. With more, networks are near chance in {near_chance(many)}."
    )
    learned = last[last.high < NEAR_CHANCE]
    if len(learned):
        lowest = learned.iloc[0]
        text += (
            f" So enough data can do without correlations, for such rules as these: at "
            f"{lowest.share:g} of the data the error is {lowest.ratio:.2f} of guessing for "
            f"v = {lowest.v:.0f}, L = {lowest.L:.0f}."
        )
    ends = [f"{own.ratio.iloc[-1]:.2f} (L = {L})" for L, own in bits.groupby("L")]
    return text + (f" Parity, v = 2, ends at {join(ends)} of guessing." if ends else "")


def near_chance(points: pd.DataFrame) -> str:
    """ "3 of 4 points": how many errors are at least `NEAR_CHANCE` of guessing."""
    return f"{int((points.ratio >= NEAR_CHANCE).sum())} of {len(points)} points"


def span(points: pd.DataFrame) -> str:
    """The least and the largest error over guessing."""
    return f"{points.ratio.min():.2f} to {points.ratio.max():.2f}" if len(points) else NOTHING


def uniform_view(table: pd.DataFrame):
    """All points: error over guessing with its interval."""
    rows = [
        {
            "L": r.L, "v": r.v, "rules": r.rule_kind, "P/P_max": f"{r.share:g}", "P": f"{r.P:,}",
            "error / guessing": with_ends(r.ratio, r.low, r.high), "seeds": r.seeds,
            "tested": f"{r.tested:,.0f}",
        }
        for r in table.sort_values(["L", "v", "rule_kind", "share"]).itertuples()
    ]  # fmt: skip
    return scrolling(pd.DataFrame(rows))
