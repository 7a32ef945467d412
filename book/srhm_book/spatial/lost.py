"""What becomes of sensitivities with depth in classifiers of photographs: what is told of it.

`layers` and `filters` are the frames of `srhm_book.spatial.photographs.measure`.
"""

from __future__ import annotations

import pandas as pd

from srhm.images.networks import IMAGE_NETWORK_NAMES
from srhm_book.spatial.photographs import STATES
from srhm_book.wording import join

NETWORK = ["arch", "seed"]


def convolutions_of(layers: pd.DataFrame) -> pd.DataFrame:
    """The rows of convolutional layers: those that have places."""
    return layers[layers.kind == "conv"]


def layer_pairs(layers: pd.DataFrame) -> pd.DataFrame:
    """One row a network: what is true of its first and last convolution (columns of bool).

    D_falls, G_grows: with depth, once trained. learned: training lowers the last D_k. channels:
    permuted channels raise it again. space: but not to what it was before training.
    """
    rows = []
    for key, own in convolutions_of(layers).groupby(NETWORK, sort=False):
        at = own.set_index(["state", "layer"])
        first, last = own.layer.min(), own.layer.max()
        D = {state: at.D[state, last] for state in STATES}
        rows.append(dict(zip(NETWORK, key, strict=True)) | {
            "D_falls": D["trained"] < at.D["trained", first],
            "G_grows": at.G["trained", last] > at.G["trained", first],
            "learned": D["trained"] < D["initial"],
            "channels": D["shuffled"] > D["trained"],
            "space": D["shuffled"] < D["initial"],
        })  # fmt: skip
    return pd.DataFrame(rows)


def filter_pairs(filters: pd.DataFrame) -> pd.DataFrame:
    """A row for each network's layer: its weight on the constant mode, and whether it rose."""
    constant = filters[filters["mode"] == 0]
    table = constant.pivot(index=[*NETWORK, "layer"], columns="state", values="power")
    return table.assign(raised=table.trained > table.initial).reset_index()


def share(table: pd.DataFrame, column: str) -> str:
    """ "11 of 12"."""
    return f"{int(table[column].sum())} of {len(table)}"


def last_layers_view(layers: pd.DataFrame) -> pd.DataFrame:
    """D_k, G_k and R_k of the first and the last convolution, by architecture and state: text."""
    rows = []
    own = convolutions_of(layers)
    for (arch, state), part in own.groupby(["arch", "state"], sort=False):
        row = {"architecture": IMAGE_NETWORK_NAMES[arch], "state": state}
        ends = {"first": part.layer.min(), "last": part.layer.max()}
        for letter in "DGR":
            for name, k in ends.items():
                values = part[part.layer == k][letter]
                spread = f"{values.min():.2g} to {values.max():.2g}"
                row[f"{letter}_k, {name}"] = f"{values.mean():.2g} ({spread})"
        errors = part.groupby("seed").test_error.first()
        row["test error"] = f"{errors.mean():.2f}"
        rows.append(row)
    return pd.DataFrame(rows)


def change(layers: pd.DataFrame, letter: str, state: str) -> str:
    """The range over architectures of the last convolution's value over the first's, means."""
    found = [last / first for first, last in _ends(layers, letter, state).values()]
    return f"{min(found):.2g} to {max(found):.2g}" if len(found) > 1 else f"{found[0]:.2g}"


def _ends(layers: pd.DataFrame, letter: str, state: str) -> dict[str, tuple[float, float]]:
    """{architecture: its first and its last convolution's value}, means over seeds."""
    own = convolutions_of(layers[layers.state == state])
    means = own.groupby(["arch", "layer"])[letter].mean()
    return {a: (part.iloc[0], part.iloc[-1]) for a, part in means.groupby(level="arch", sort=False)}


def one_change(layers: pd.DataFrame, letter: str) -> float:
    """Of a single trained network the last convolution's value over the first's."""
    ((first, last),) = _ends(layers, letter, "trained").values()
    return last / first


def noise_in_words(pairs: pd.DataFrame, longer: pd.DataFrame | None = None) -> str:
    """Whether G grows with depth in the trained networks, as expected of them; and in the one that
    saw more images, where it is known."""
    hits, number = int(pairs.G_grows.sum()), len(pairs)
    told = "it grows with depth, as expected"
    if hits < number:
        told = f"it grows with depth in {hits or 'none'} of {number} networks; expected: in all"
    if longer is None:
        return told
    factor = one_change(longer, "G")
    does = "does" if factor > 1 else "does not"
    return f"{told}; in the one that was trained four times as long it {does} ({factor:.2f})"


def longer_sentence(layers: pd.DataFrame, longer: pd.DataFrame | None) -> str:
    """First and last convolution of the network that saw more images, beside the others like it."""
    if longer is None:
        return "Not measured here."
    arch = longer.arch.iloc[0]
    parts = []
    for letter in "DGR":
        (first, last), (_, before) = (
            _ends(frame[frame.arch == arch], letter, "trained")[arch] for frame in (longer, layers)
        )
        parts.append(f"{letter} {first:.2g} → {last:.2g} (shorter: last {before:.2g})")
    errors = longer[longer.state == "trained"].test_error
    return (
        f"One {IMAGE_NETWORK_NAMES[arch]} (one seed) saw four times as many images; test error "
        f"{errors.iloc[0]:.2f}. From its first to its last convolution: {join(parts)}."
    )
