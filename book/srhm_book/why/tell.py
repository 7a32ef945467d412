"""What the chapter on one step found, in sentences and tables made from its numbers."""

from __future__ import annotations

import pandas as pd

from srhm_book.wording import join, with_interval


def exponents_sentence(powers: pd.DataFrame, weights: str) -> str:
    """The exponents of s0+1 in P_c of both networks, depth by depth."""
    own = powers[powers.weights == weights]
    told = []
    for arch in ("lcn", "cnn"):
        rows = own[(own.arch == arch) & (own.L > 1)].sort_values("L")
        each = join(
            f"{with_interval(e)} at $L={L}$" for L, e in zip(rows.L, rows.exponent, strict=True)
        )
        if len(rows):
            told.append(f"{arch.upper()} {each}")
    if not told:
        return ""
    return f"With {weights} hidden weights the exponent of $s_0+1$ is {join(told, between='; ')}."


def slopes_view(powers: pd.DataFrame) -> pd.DataFrame:
    """`srhm_book.why.steps.slopes` as a page shows it."""
    shown = powers[["arch", "weights", "L"]].assign(
        arch=powers.arch.str.upper(), exponent=powers.exponent.map(with_interval)
    )
    return shown.rename(columns={"arch": "network"})


def constant_sentence(shared: pd.DataFrame) -> str:
    """P* over P_c of each network and kind of weights, and by how much it varies."""
    parts = []
    for row in shared.itertuples():
        parts.append(
            f"{row.arch.upper()}, {row.weights} weights: {row.constant:.2f}, from smallest to "
            f"largest a factor of {row.widest:.1f}"
        )
    if not parts:
        return "not measured yet."
    number = shared.number.max()
    return f"$P^*/P_c$ over {number} tasks each, geometric mean: {join(parts, between='; ')}."


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
