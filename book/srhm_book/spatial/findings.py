"""How fast sensitivities fall and grow with depth, network by network, beside pure pooling."""

from __future__ import annotations

import math

import pandas as pd

from srhm.stats.fits import Estimate
from srhm.stats.ratios import mean_of_few
from srhm_book.spatial.detection import Setting
from srhm_book.wording import join, with_interval

READINGS = {  # of log(last / first), with k those layers: how it is told
    "factor": "factor per layer",
    "power": "power of k+1",
    "ratio": "last layer over first",
}


LEARNED = 0.1  # test error of a network that has learned the task; 0.5 is chance


def learned(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of trained networks that have not learned the task."""
    return frame[~((frame.state == "trained") & (frame.test_error > LEARNED))]


def left_out(frames: dict[str, pd.DataFrame]) -> str:
    """ "1 of 4 (torus)": how many networks `learned` leaves out of each frame; "none"."""
    found = []
    for name, frame in frames.items():
        all_seeds, kept = (
            part[part.state == "trained"].seed.nunique() for part in (frame, learned(frame))
        )
        if kept < all_seeds:
            found.append(f"{all_seeds - kept} of {all_seeds} ({name.replace('_', ' ')})")
    return join(found)


def reading_of(setting: Setting, letter: str) -> str:
    """Which of `READINGS` suits: with stride all is exponential in k, without it a power of k+1;
    a power that is about 0 has no relative error, so there the ratio itself is read."""
    return "factor" if setting.stride > 1 else "power" if letter == "D" else "ratio"


def read(log_ratio: float, fitted: tuple[int, int], reading: str) -> float:
    """A fall or growth between two layers, log(last / first), as one of `READINGS`."""
    first, last = fitted
    if reading == "power":
        return log_ratio / math.log((last + 1) / (first + 1))
    return math.exp(log_ratio / (last - first) if reading == "factor" else log_ratio)


def log_ratios(
    frame: pd.DataFrame, setting: Setting, state: str, rectify: bool, letter: str
) -> pd.Series:
    """Log of the sensitivity at the last of the setting's fitted layers over that at the first, a
    value for each seed; see `srhm_book.spatial.detection.measure` for the frame."""
    own = frame[(frame.state == state) & (frame.rectify == rectify)]
    values = own.pivot(index="seed", columns="layer", values=letter)
    first, last = setting.fitted
    return (values[last] / values[first]).map(math.log)


def trend(
    frame: pd.DataFrame, setting: Setting, state: str, rectify: bool, letter: str
) -> Estimate | None:
    """The networks' mean reading with its 95 % interval over them; None of fewer than two."""
    logs = log_ratios(frame, setting, state, rectify, letter)
    if len(logs) < 2:
        return None
    reading = reading_of(setting, letter)
    return Estimate(*(read(value, setting.fitted, reading) for value in mean_of_few(logs)))


def pooled(frame: pd.DataFrame, setting: Setting, rectify: bool, letter: str) -> float:
    """The same reading of pure pooling on the same images."""
    (log,) = log_ratios(frame, setting, "pooling", rectify, letter)
    return read(log, setting.fitted, reading_of(setting, letter))


def trends_view(frames: dict[str, pd.DataFrame], settings: dict[str, Setting]) -> pd.DataFrame:
    """All readings as text: a row for each setting, letter, and with or without the ReLU."""
    rows = []
    for name, frame in frames.items():
        own = settings[name]
        for letter in "DG":
            for rectify in (True, False):
                found = [trend(frame, own, s, rectify, letter) for s in ("initial", "trained")]
                rows.append({
                    "networks": name.replace("_", " "),
                    "quantity": f"{letter}_k, {READINGS[reading_of(own, letter)]}",
                    "layers": "{} to {}".format(*own.fitted), "ReLU": "yes" if rectify else "no",
                    "before training": with_interval(found[0]),
                    "after training": with_interval(found[1]),
                    "pure pooling": f"{pooled(frame, own, rectify, letter):.2f}",
                })  # fmt: skip
    return pd.DataFrame(rows)


def fallen(frame: pd.DataFrame, setting: Setting, letter: str = "D") -> tuple[int, int]:
    """For how many networks training lowers the last fitted layer's sensitivity; and of all."""
    own = frame[frame.rectify & (frame.layer == setting.fitted[1])]
    at = own.pivot(index="seed", columns="state", values=letter)
    at = at.dropna(subset=["initial", "trained"])
    return int((at.trained < at.initial).sum()), len(at)
