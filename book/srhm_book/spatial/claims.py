"""The ledger's claims on how spatial information is lost, from the stored measurements."""

from __future__ import annotations

import pandas as pd

from srhm.images.config import IMAGE_SETS
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.images.claims import SHORT
from srhm_book.spatial import detection, photographs
from srhm_book.spatial.detection import SETTINGS
from srhm_book.spatial.findings import READINGS, fallen, learned, pooled, reading_of, trend
from srhm_book.spatial.lost import filter_pairs, layer_pairs, one_change
from srhm_book.spectral import stored

GROUP = "Spatial information"
SCALES, PHOTOGRAPHS = "40_scale_detection", "41_spatial_information"
NAMES = {"ring": "stride 2", "ring_no_stride": "no stride", "torus": "two dimensions"}
BESIDE = "expected: pure pooling on the same images, derived in this book"


def spatial_claims() -> list[Claim]:
    """All of them; those without stored measurements are open."""
    frames = {name: stored.find(name, detection.ROOM) for name in SETTINGS}
    frames = {name: None if frame is None else learned(frame) for name, frame in frames.items()}
    layers = stored.find(photographs.LAYERS, photographs.ROOM)
    filters = stored.find(photographs.FILTERS, photographs.ROOM)
    return [
        *(_pooling_claim(name, frames[name]) for name in NAMES),
        _relu_claim(frames), _trained_claim(frames), *_photograph_claims(layers, filters),
    ]  # fmt: skip


def _number(what: str, frame: pd.DataFrame, name: str, rectify: bool, letter: str) -> Number:
    own = SETTINGS[name]
    words = f"{letter}_k{what}, {READINGS[reading_of(own, letter)]}, {NAMES[name]}"
    found = trend(frame, own, "trained", rectify, letter)
    return Number.of(words, pooled(frame, own, rectify, letter), found)


def _pooling_claim(name: str, frame: pd.DataFrame | None) -> Claim:
    parts = [Number(f"{letter}_k", 1.0) for letter in "DG"]  # nothing is known
    if frame is not None:
        parts = [_number("", frame, name, True, letter) for letter in "DG"]
    statement = f"Scale detection, {NAMES[name]}: D_k falls and G_k grows as in pure pooling"
    return _claim(f"pooling_{name}", statement, SCALES, parts, 1, _seeds(frame), BESIDE)


def _relu_claim(frames: dict[str, pd.DataFrame | None]) -> Claim:
    known = {name: frames[name] for name in NAMES if frames[name] is not None}
    parts = [_number(" without ReLU", f, name, False, "G") for name, f in known.items()]
    return _claim(
        "relu", "Scale detection: without the ReLU noise is not amplified", SCALES,
        parts or [Number("G_k without ReLU", 1.0)], len(known),
        min((_seeds(f) for f in known.values()), default=0), BESIDE,
    )  # fmt: skip


def _trained_claim(frames: dict[str, pd.DataFrame | None]) -> Claim:
    known = {name: f for name, f in frames.items() if f is not None}
    counts = [fallen(f, SETTINGS[name]) for name, f in known.items()]
    hits, number = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    share = Share("networks whose last D_k read training lowers", hits, number)
    return _claim("learned", "Scale detection: training lowers D_k", SCALES, [share], len(known),
                  min((_seeds(f) for f in known.values()), default=0))  # fmt: skip


def _photograph_claims(layers: pd.DataFrame | None, filters: pd.DataFrame | None) -> list[Claim]:
    """Each a share of the networks, or of their layers."""
    pairs = layer_pairs(layers) if layers is not None else pd.DataFrame()
    modes = filter_pairs(filters) if filters is not None else pd.DataFrame()
    asked = {
        "D": ("D_k falls from the first to the last convolution", "trained", pairs, "D_falls"),
        "G": ("G_k grows from the first to the last convolution", "trained", pairs, "G_grows"),
        "learned": ("Training lowers D_k of the last convolution", "networks", pairs, "learned"),
        "channels": (
            "Permuted channels: D_k of the last convolution is higher", "networks", pairs,
            "channels",
        ),
        "space": (
            "Permuted channels: D_k there is lower than before training", "networks", pairs, "space"
        ),
        "modes": (
            "Training raises the filters' weight on the constant mode", "layers", modes, "raised"
        ),
    }  # fmt: skip
    longer = stored.find(photographs.LONGER, photographs.ROOM)
    remarks = {}
    if longer is not None:
        factor = one_change(longer, "G")
        remarks["G"] = f"in one network trained four times as long G_k changes by {factor:.2f}"
    title = IMAGE_SETS[photographs.DATASET].title
    there = f"{title}, P = {photographs.P:,}, {SHORT}"
    seeds, archs = _seeds(layers), 0 if layers is None else layers.arch.nunique()
    found = []
    for slug, (statement, what, table, column) in asked.items():
        hits, number = (int(table[column].sum()), len(table)) if len(table) else (0, 0)
        share = Share(what, hits, number)
        found.append(_claim(f"photographs_{slug}", f"Photographs: {statement}", PHOTOGRAPHS,
                            [share], archs, seeds, remarks.get(slug),
                            there if number else None))  # fmt: skip
    return found


def _seeds(frame: pd.DataFrame | None) -> int:
    if frame is None:
        return 0
    trained = frame[frame.state == "trained"]
    by = trained.groupby("arch").seed if "arch" in trained else trained.groupby("state").seed
    return int(by.nunique().min())


def _claim(id, statement, chapter, parts, settings, seeds, remark=None, there=None) -> Claim:
    return Claim(f"spatial_{id}", GROUP, statement, "–", chapter, tuple(parts), settings, seeds,
                 remark, there)  # fmt: skip
