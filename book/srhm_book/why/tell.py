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


def constant_sentence(shared: pd.DataFrame) -> str:
    """P* over P_c of each network and kind of weights, and by how much it varies over tasks."""
    told = []
    for arch in ("lcn", "cnn"):
        each = [
            f"{row.constant:.2f} with {row.weights} weights (largest over smallest: "
            f"{row.widest:.1f})"
            for row in shared[shared.arch == arch].itertuples()
        ]
        if each:
            told.append(f"{arch.upper()} {join(each)}")
    if not told:
        return "$P^*/P_c$ is not measured yet."
    return f"$P^*/P_c$ over up to {shared.number.max()} tasks: {join(told, between='; ')}."


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
