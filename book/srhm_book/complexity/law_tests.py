"""Are the exponents of Eqs. 3 and 4 inside the intervals of those that the trainings give?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from srhm.stats.fits import Estimate, fit_power_law
from srhm_book.complexity.matched import MatchedFit, fit_matched
from srhm_book.complexity.table import prefactor
from srhm_book.verdicts import verdict

# The powers that the laws are products of, each therefore with exponent 1.
FACTORS = {
    "lcn": ("(s0+1)^L", "n_c", "m^L", "s^(L/2)"),
    "cnn": ("(s0+1)^2", "n_c", "m^L"),
}
OTHERS_HELD = "alone"  # all other exponents held at the law's values
# The tasks of the paper, in which every tuple means something.
COMPLETE = f"{OTHERS_HELD}, m=v^(s-1)"
HINGED = "It hangs on one setting: without that one nothing would determine it."


def half_width(estimate: Estimate) -> float:
    """Half the length of the 95 % interval."""
    return (estimate.high - estimate.low) / 2


@dataclass(frozen=True)
class LawTest:
    """One exponent: where, of what, what the law says, and what the settings say.

    estimate is None where they cannot say it, for the ``reason``.
    """

    settings: str
    exponent: str
    law: float
    estimate: Estimate | None
    num_points: int
    reason: str | None = None

    @property
    def name(self) -> str:
        """The exponent and where it was fitted, as in "s₀+1 at s=2, L=2"."""
        what = {"scale": "the whole law"}.get(self.exponent, self.exponent.replace("s0", "s₀"))
        if self.settings == "all":
            return what
        return what + (" " if self.settings.startswith(OTHERS_HELD) else " at ") + self.settings

    @property
    def tells(self) -> bool:
        """Whether there is an estimate, known better than to the law's exponent either way."""
        return self.estimate is not None and half_width(self.estimate) <= abs(self.law)

    @property
    def included(self) -> bool | None:
        """Whether the 95 % interval holds the law's exponent; None where it cannot be told.

        That is where there is no estimate, or where it is open by the claims' rule
        (`srhm_book.verdicts.verdict`): too wide an interval would hold anything.
        """
        if self.estimate is None:
            return None
        found = verdict(self.estimate.low, self.estimate.high, self.law)
        return None if found == "open" else found == "agrees"


def with_factors(table: pd.DataFrame) -> pd.DataFrame:
    """The table with the columns that the laws are made of (`FACTORS`)."""
    return table.assign(
        **{
            "s0+1": table.s0 + 1,
            "(s0+1)^L": (table.s0 + 1.0) ** table.L,
            "(s0+1)^2": (table.s0 + 1.0) ** 2,
            "m^L": table.m.astype(float) ** table.L,
            "n_c m^L": table.n_c * table.m.astype(float) ** table.L,
            "s^(L/2)": table.s ** (table.L / 2),
        }
    )


def slope_tests(table: pd.DataFrame) -> list[LawTest]:
    """Slope of log P* against the log of the law: all settings, and each (s, L). The law says 1.

    table: rows of one architecture, as `srhm_book.complexity.table.complexity_table` gives them.
    """
    table = table.dropna(subset="P_star")
    parts = [("all", table)] if table.groupby(["s", "L"]).ngroups > 1 else []
    return [
        _test(name, part, ["scale"], {"scale": 1.0})[0] for name, part in [*parts, *_groups(table)]
    ]


def exponent_tests(table: pd.DataFrame) -> list[LawTest]:
    """The exponents one by one, jointly fitted at each (s, L).

    That of s0+1 should be L for the LCN and 2 for the CNN, that of n_c 1 and of m L. Where n_c and
    m only vary together, that of n_c m^L, which should be 1, stands for both. The exponent of s0+1
    is fitted once more to sparse data alone, s0 > 0.
    """
    table = with_factors(table.dropna(subset="P_star"))
    found = []
    for name, part in _groups(table):
        laws = joint_laws(part)
        found += _test(name, part, list(laws), laws)
        sparse = part[part.s0 > 0]
        if len(sparse) < len(part):
            found += _test(f"{name}, s₀>0", sparse, list(laws), laws)[:1]
    return found


def pooled_tests(table: pd.DataFrame) -> list[LawTest]:
    """One fit through all settings: the exponent of each of the law's factors, which should be 1.

    A factor that takes a single value in the table is left out.
    """
    table = with_factors(table.dropna(subset="P_star"))
    if table.empty:
        return []
    factors = [f for f in FACTORS[table.arch.iloc[0]] if table[f].nunique() > 1]
    return _test("all", table, factors, dict.fromkeys(factors, 1.0))


def depth_tests(table: pd.DataFrame) -> list[LawTest]:
    """The factor s^(L/2) of Eq. 3: exponent of P* / ((s0+1)^L n_c m^L) against it.

    The other exponents are held at the law's values, as Figure 10 of the paper does. First the
    paper's kind of tasks, in which every tuple of features means something, m = v^(s-1): all of
    them, those of one L, where only the branching varies, and those of one s, where only the depth
    does. Then all tasks, where the table has others.
    """
    table = with_factors(table.dropna(subset="P_star"))
    others = table["(s0+1)^L"] * table["n_c m^L"]
    rest = table.assign(P_star=table.P_star / others)
    if "replicates" in table:
        pairs = zip(table.replicates, others, strict=True)
        rest["replicates"] = [np.asarray(own, float) / other for own, other in pairs]
    complete = rest[complete_rules(rest)]
    parts = {COMPLETE: complete}
    for held, varied in (("L", "s"), ("s", "L")):
        for value, part in complete.groupby(held):
            if part[varied].nunique() > 1:
                parts[f"{COMPLETE}, {held}={value}"] = part
    if len(complete) < len(rest):
        parts[OTHERS_HELD] = rest
    law = {"s^(L/2)": 1.0}
    return [_test(name, part, [*law], law)[0] for name, part in parts.items()]


def matched_tests(table: pd.DataFrame) -> list[LawTest]:
    """Exponents once more, each from tasks that differ in nothing else (`fit_matched`).

    Those of s0+1, n_c and m at each (s, L), under the names of `exponent_tests`; for the LCN also
    that of s^(L/2) at L = 2 (`matched_branching`), under that of `depth_tests`. num_points counts
    the settings that have a partner. Where too few have one, there is no test.
    """
    found = []
    for name, part in _groups(with_factors(table.dropna(subset="P_star"))):
        for symbol, law in _laws(part).items():
            equal = [x for x in ("v", "n_c", "m", "s0+1") if x != symbol]
            found.append((name, symbol, law, _matched(part, symbol, equal)))
    if len(table) and table.arch.iloc[0] == "lcn":
        found.append((f"{COMPLETE}, L=2", "s^(L/2)", 1, matched_branching(table)))
    return [
        LawTest(name, symbol, law, fit.exponent, fit.num_points)
        for name, symbol, law, fit in found
        if fit is not None
    ]


def matched_branching(table: pd.DataFrame) -> MatchedFit | None:
    """The exponent of s = s^(L/2) at L = 2, from tasks of equal n_c, m and s0.

    They have m = v^(s-1), so that v falls as s grows. None where there are too few.
    """
    table = with_factors(table.dropna(subset="P_star"))
    shallow = table[complete_rules(table) & (table.L == 2)]
    return _matched(shallow, "s^(L/2)", ["n_c", "m", "s0"])


def complete_rules(table: pd.DataFrame) -> pd.Series:
    """Whether each row's task gives every tuple of features a meaning, m = v^(s-1)."""
    return table.m == table.v.astype(float) ** (table.s - 1)


def prefactors(table: pd.DataFrame) -> pd.DataFrame:
    """Geometric mean of P* / law for each (s, L) and over all, with 95 % intervals.

    Columns settings, C, low, high, num_points; C alone where there is one setting.
    """
    table = table.dropna(subset="P_star")
    rows = []
    for name, part in [*_groups(table), ("all", table)]:
        row = {"settings": name, "num_points": len(part), "C": np.exp(np.log(part.C).mean())}
        if len(part) > 1:
            estimate = prefactor(part)
            row |= {"low": estimate.low, "high": estimate.high}
        rows.append(row)
    return pd.DataFrame(rows, columns=["settings", "C", "low", "high", "num_points"])


def _groups(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(f"s={s}, L={L}", part) for (s, L), part in table.groupby(["s", "L"])]


def _laws(part: pd.DataFrame) -> dict[str, int]:
    """The exponents of Eq. 3 or 4 at the one L of these settings."""
    L = int(part.L.iloc[0])
    return {"s0+1": L if part.arch.iloc[0] == "lcn" else 2, "n_c": 1, "m": L}


def joint_laws(part: pd.DataFrame) -> dict[str, int]:
    """`_laws`, but n_c m^L in place of n_c and m where these only vary together."""
    laws = _laws(part)
    return laws if _vary_apart(part) else {"s0+1": laws["s0+1"], "n_c m^L": 1}


def _vary_apart(part: pd.DataFrame) -> bool:
    """Whether log n_c and log m are not the same thing here."""
    logs = np.column_stack([np.ones(len(part)), np.log(part.n_c), np.log(part.m)])
    return np.linalg.matrix_rank(logs, tol=1e-8) == 3


def _test(name: str, part: pd.DataFrame, predictors: list[str], laws: dict) -> list[LawTest]:
    try:
        fit = fit_power_law(part, predictors)
    except ValueError as error:
        return [LawTest(name, p, laws[p], None, len(part), str(error)) for p in predictors]
    hinged = hinge(part, predictors)
    return [
        LawTest(name, p, laws[p], None, len(part), HINGED) if p in hinged
        else LawTest(name, p, laws[p], fit.exponents[p], fit.num_points)
        for p in predictors
    ]  # fmt: skip


def hinge(part: pd.DataFrame, predictors: list[str]) -> set[str]:
    """The predictors whose exponents would not be determined without some one of the settings.

    Such a setting is met by the fit whatever its P*, so that the scatter says nothing of it.
    """
    design = np.column_stack([np.ones(len(part)), *(np.log(part[p]) for p in predictors)])
    leverage = np.einsum("ij,ji->i", design, np.linalg.pinv(design))
    found = set()
    for i in np.flatnonzero(leverage > 1 - 1e-9):
        rest = np.delete(design, i, axis=0)
        rank = np.linalg.matrix_rank(rest, tol=1e-8)
        found |= {
            p for k, p in enumerate(predictors, 1)
            if np.linalg.matrix_rank(np.delete(rest, k, axis=1), tol=1e-8) == rank
        }  # fmt: skip
    return found


def _matched(part: pd.DataFrame, predictor: str, equal: list[str]) -> MatchedFit | None:
    try:
        return fit_matched(part, predictor, equal)
    except ValueError:  # too few settings that differ in nothing else
        return None
