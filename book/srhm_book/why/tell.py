"""What the chapter on one step found, in sentences and tables made from its numbers."""

from __future__ import annotations

import pandas as pd

from srhm_book.wording import NOTHING, join, with_interval


def exponents_words(powers: pd.DataFrame, arch: str, weights: str) -> str:
    """ "2.01 and 2.99": the exponents of s0+1 in P_c from two levels on."""
    own = powers[(powers.arch == arch) & (powers.weights == weights) & (powers.L > 1)]
    return join(f"{power.value:.2f}" for power in own.sort_values("L").exponent)


def which_hold(powers: pd.DataFrame, arch: str, L: int, value: float) -> str:
    """The kinds of hidden weights with which an exponent's interval holds a value."""
    own = powers[(powers.arch == arch) & (powers.L == L)]
    kinds = [row.weights for row in own.itertuples() if row.exponent.includes(value)]
    return f"{join(kinds)} weights" if kinds else "neither kind of weights"


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
