"""How firm an exponent is: other ways of resampling, without small P*, and whether it bends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from srhm.stats.fits import Estimate, fit_power_law
from srhm_book.complexity.law_tests import joint_laws, with_factors
from srhm_book.wording import NOTHING, join, with_interval

FEW_DATA = 200  # below this P*, a batch of 128 is a large share of the data
BEND = "bend"


def firmness(table: pd.DataFrame) -> pd.DataFrame:
    """The exponent of s0+1 at each (s, L), fitted jointly with those of n_c and m, four times.

    table: rows of one network, as `srhm_book.complexity.table.complexity_table` gives them.

    Columns: settings and their number; points (95 % interval from settings drawn one by one),
    groups (from all settings of equal v drawn together), larger (without P* below `FEW_DATA`) and
    bend, the coefficient of log(s0+1)^2 in log P*, which is 0 for a power law; each an
    `srhm.stats.fits.Estimate`, or None where the settings do not tell.
    """
    table = with_factors(table.dropna(subset="P_star"))
    rows = []
    for (s, L), part in table.groupby(["s", "L"]):
        factors = list(joint_laws(part))
        bent = part.assign(**{BEND: np.exp(np.log(part["s0+1"]) ** 2)})
        rows.append(
            {
                "settings": f"s={s}, L={L}",
                "number": len(part),
                "points": _exponent(part, factors),
                "groups": _exponent(part, factors, groups="v"),
                "larger": _exponent(part[part.P_star >= FEW_DATA], factors),
                "bend": _exponent(bent, [*factors, BEND], BEND),
            }
        )
    return pd.DataFrame(rows)


def _exponent(part, factors, of: str = "s0+1", groups=None) -> Estimate | None:
    try:
        return fit_power_law(part, factors, groups=groups).exponents[of]
    except ValueError:  # too few settings, or too few groups
        return None


def firmness_view(found: pd.DataFrame) -> pd.DataFrame:
    """`firmness` as a page shows it."""
    names = {
        "points": "settings drawn one by one",
        "groups": "all of equal v drawn together",
        "larger": f"without P* < {FEW_DATA}",
        "bend": "term in log² (0: a power)",
    }
    shown = {title: found[name].map(with_interval) for name, title in names.items()}
    view = pd.DataFrame({"settings": found.settings, "number": found.number} | shown)
    return view.set_index("settings")


def bends(found: pd.DataFrame) -> str:
    """Where the interval of the bend leaves out 0, and which way the exponent goes.

    "at s=2, L=3 (the exponent rises as s₀ grows)"; "nowhere".
    """
    told = [
        f"at {row.settings} (the exponent {'rises' if row.bend.value > 0 else 'falls'} as s₀ grows)"
        for row in found.itertuples()
        if row.bend is not None and not row.bend.includes(0)
    ]
    return join(told) if told else "nowhere"


def by_groups(found: pd.DataFrame, settings: str) -> str:
    """The exponent with the interval of groups, at "s=2, L=3"."""
    own = found[found.settings == settings]
    return with_interval(own.groups.iloc[0]) if len(own) else NOTHING
