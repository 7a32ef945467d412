"""What the chapter on one step found, in sentences and tables made from its numbers."""

from __future__ import annotations

import pandas as pd

from srhm_book.complexity.law_tests import LawTest
from srhm_book.wording import NOTHING, join, with_interval

NEAR = 2.0  # a factor


def exponents_words(powers: pd.DataFrame, arch: str, weights: str) -> str:
    """ "2.01 and 2.99": the exponents of s0+1 in P_c from two levels on."""
    own = powers[(powers.arch == arch) & (powers.weights == weights) & (powers.L > 1)]
    return join(f"{power.value:.2f}" for power in own.sort_values("L").exponent)


def held_words(powers: pd.DataFrame, arch: str, L: int, value: float) -> str:
    """Of each kind of hidden weights the exponent, and whether its interval holds a value.

    "equal weights, 0.69 (0.62 to 0.77): no". What is too wide to tell is as for the law's
    exponents (`srhm_book.complexity.law_tests.LawTest.included`).
    """
    own = powers[(powers.arch == arch) & (powers.L == L)]
    held = {True: "yes", False: "no", None: "too wide to tell"}
    told = [
        f"{r.weights} weights, {with_interval(r.exponent)}: "
        f"{held[LawTest(f'L={L}', 's0+1', value, r.exponent, r.s0s).included]}"
        for r in own.itertuples()
    ]
    return "; ".join(told) or "not measured"


def slopes_view(powers: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.why.steps.slopes` as a page shows it."""
    shown = powers[["arch", "weights", "L"]].assign(
        arch=powers.arch.str.upper(), exponent=powers.exponent.map(with_interval)
    )
    return shown.rename(columns={"arch": "network"})


def constant_words(shared: pd.DataFrame, arch: str, weights: str) -> str:
    """ "1.91 (16 tasks, the largest ratio 1.9 times the smallest)": P* over P_c."""
    own = shared[(shared.arch == arch) & (shared.weights == weights)]
    if own.empty:
        return NOTHING
    row = own.iloc[0]
    spread = f"the largest ratio {row.widest:.1f} times the smallest"
    return f"{row.constant:.2f} ({row.number} tasks, {spread})"


def nearly_one(shared: pd.DataFrame, weights: str) -> str:
    """The networks for which no ratio P*/P_c is more than `NEAR` times another."""
    own = shared[shared.weights == weights]
    found = [arch.upper() for arch in own.arch[own.widest <= NEAR]]
    if len(found) == len(own):
        return f"for the {join(found)}"
    return f"for the {join(found)} alone" if found else "for neither network"


def widest_words(shared: pd.DataFrame, weights: str) -> str:
    """ "3.1 for the LCN and 7.2 for the CNN": the largest ratio over the smallest."""
    own = shared[shared.weights == weights].sort_values("arch", ascending=False)
    return join(f"{r.widest:.1f} for the {r.arch.upper()}" for r in own.itertuples())


def constants_view(shared: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.why.steps.constants` as a page shows it."""
    names = {
        "arch": "network", "number": "tasks", "constant": "P*/P_c", "spread": "standard deviation",
        "widest": "largest over smallest", "power": "exponent of P_c",
    }  # fmt: skip
    shown = shared.assign(
        arch=shared.arch.str.upper(),
        constant=shared.constant.map("{:.2f}".format),
        spread=shared.spread.map("×/÷ {:.2f}".format),
        widest=shared.widest.map("{:.1f}".format),
        power=shared.power.map(with_interval),
    )
    return shown.rename(columns=names)
