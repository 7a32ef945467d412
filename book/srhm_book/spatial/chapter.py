"""What the chapters on spatial information show in each profile: stored, or measured now."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd

from srhm.data.randomness import check_int
from srhm.images.sets import load_images
from srhm.training.observables import module_outputs
from srhm_book.publish.profiles import check_profile
from srhm_book.spatial import detection, photographs
from srhm_book.spatial.detection import SETTINGS, Setting
from srhm_book.spatial.findings import fallen, pooled, trend
from srhm_book.spatial.network import Training, pooling_net
from srhm_book.spectral import stored
from srhm_book.wording import with_interval

FRESH = ("ring", "ring_no_stride", "torus")
# Relative, of a network measured again. Rounding differs between machines, and training is a chain
# of thousands of steps: initial weights changed by a millionth change the trained D and G by 4 %.
TOLERANCE = {"initial": 1e-3, "trained": 0.15, "shuffled": 0.15}


def detection_settings(profile: str, networks: int = 0, width: int = 0) -> dict[str, Setting]:
    """Settings by name: all that are stored; "fresh": three, with 2 seeds; "smoke": toys.

    networks: the number of seeds, width: that of channels; 0 leaves them to the profile. ValueError
    for a single network, or negative numbers.
    """
    check_profile(profile)
    if networks and check_int("networks", networks, 0) < 2:
        raise ValueError(f"networks must be 0 or at least 2, not {networks}.")
    check_int("width", width, 0)
    if profile == "book" and not (networks or width):
        there = (name for name in SETTINGS if stored.csv_path(name, detection.ROOM).is_file())
        return {name: SETTINGS[name] for name in there}
    changes = {"seeds": range(networks or 2)} | ({"width": width} if width else {})
    if profile == "smoke":
        changes = {"width": 8, "training": Training(P=64, epochs=1)} | changes
    return {name: dataclasses.replace(SETTINGS[name], **changes) for name in FRESH}


def detection_frames(profile: str, settings: dict[str, Setting]) -> dict[str, pd.DataFrame]:
    """What `srhm_book.spatial.detection` measures of each setting, stored where it is known."""
    num = 300 if profile == "smoke" else detection.POOLED_PROBES
    return {
        name: stored.read(name, detection.ROOM)
        if setting == SETTINGS[name]
        else detection.measure(setting, num=num)
        for name, setting in settings.items()
    }


def detected_again(frame: pd.DataFrame, setting: Setting) -> pd.DataFrame:
    """The first stored seed's network trained and measured again (`compare`)."""
    now = pd.DataFrame(detection.network_rows(setting, setting.seeds[0]))
    return compare(frame, now, detection.KEYS)


def photographs_again() -> pd.DataFrame:
    """The network of made-up images trained and measured again (`compare`)."""
    keys = [*photographs.RUN, "state", "layer"]
    return compare(
        stored.read(photographs.CHECK, photographs.ROOM), photographs.measure_check(), keys
    )


def compare(kept: pd.DataFrame, now: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """How far D and G measured now are from the stored ones: a row for each state of the network.

    Compared are the means over layers of the relative difference, with `TOLERANCE`.
    AssertionError beyond it, or where a row measured now is not stored.
    """
    both = kept.merge(now, on=keys, suffixes=("", "_now"))
    assert len(both) == len(now), f"{len(now) - len(both)} of the rows measured are not stored."
    by = [key for key in keys if key in ("state", "rectify")]
    logs = both.assign(**{q: np.log(both[f"{q}_now"] / both[q]).abs() for q in "DG"})
    table = logs.groupby(by)[["D", "G"]].mean().reset_index()
    wrong = table[table[["D", "G"]].max(axis=1) > table.state.map(TOLERANCE)]
    assert wrong.empty, f"Measured now and stored differ:\n{wrong.to_string(index=False)}"
    return table


def reached(frame: pd.DataFrame, setting: Setting) -> str:
    """Whether training brings the fall of D to that of pure pooling, by the interval."""
    before, after = (trend(frame, setting, s, True, "D") for s in ("initial", "trained"))
    law = pooled(frame, setting, True, "D")
    if after is None or after.includes(law):
        return "brings the fall of D to pooling's, as far as the networks tell"
    nearer = abs(after.value - law) < abs(before.value - law)
    return "brings it nearer to pooling, but not there" if nearer else "does not bring it nearer"


def without_decay_sentence(frames: dict[str, pd.DataFrame], settings: dict[str, Setting]) -> str:
    """What the ring's networks do that were trained without weight decay."""
    name = "ring_no_decay"
    if name not in frames:
        return "Networks without it are not measured here."
    found = [trend(frames[name], settings[name], "trained", True, letter) for letter in "DG"]
    hits, number = fallen(frames[name], settings[name])
    return (
        f"Without it D changes by {with_interval(found[0])} from layer to layer, G by "
        f"{with_interval(found[1])}; training lowers D in {hits} of {number} networks."
    )


def pooled_noise(setting: Setting, ks=(0, 2, 4), seed: int = 0) -> dict[int, dict]:
    """One image, alone and with noise, as pure pooling's layers k give it (0: the input).

    In units of the image's largest value there, so that the layers' scales do not matter.
    """
    x, _, noisy, _ = detection.probes(setting.task, 1, np.random.default_rng(seed))
    net = pooling_net(1, max(ks), setting.stride)
    found = {}
    for k in ks:
        images = {"image": x, "noisy": noisy}
        if k:
            name = net.layer_names[k - 1]
            images = {n: module_outputs(net, [name], [own])[name] for n, own in images.items()}
        largest = images["image"].max()
        found[k] = {n: (own / largest).flatten().numpy() for n, own in images.items()}
    return found


SHAPES = "shapes"  # the image set that can be made anywhere


def photograph_frames(
    profile: str, dataset: str = "", folder: str | None = None, P: int = photographs.P
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Layers and filters: those stored ("book"), or of networks trained now on made-up images.

    dataset: of another image set, in ``folder``, P images of which the networks are trained on now.
    """
    check_profile(profile)
    if dataset:
        images = load_images(dataset, folder)
        return photographs.measure(images, photographs.ARCHITECTURES, range(2), size=P)
    if profile == "book":
        return tuple(
            stored.read(name, photographs.ROOM)
            for name in (photographs.LAYERS, photographs.FILTERS)
        )
    images = load_images(SHAPES)
    if profile == "fresh":
        size = {"size": 1000, "seen": 5000}
        return photographs.measure(images, ("lenet", "alexnet", "vgg11_bn"), range(2), **size)
    toy = {"size": 60, "seen": 60, "num_probes": 20, "width": 0.1}
    return photographs.measure(images, ("lenet", "vgg11_bn"), range(2), **toy)


def longer_frame(profile: str) -> pd.DataFrame | None:
    """The layers of the network that saw more images; None where it is not stored, or not shown."""
    return stored.find(photographs.LONGER, photographs.ROOM) if profile == "book" else None
