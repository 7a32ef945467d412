"""Measurements that are no trainings, as CSV files with their provenance above.

Those of the chapter on kernels are in results/spectral, those of another room in a folder of its
name.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from srhm.runs.files import replace_text
from srhm.runs.paths import project
from srhm.training.run import _commit as commit

SPECTRAL = "spectral"


def csv_path(name: str, room: str = SPECTRAL) -> Path:
    """Where the results called `name` of a room are stored."""
    return project("results", room, f"{name}.csv")


def write(name: str, frame: pd.DataFrame, room: str = SPECTRAL, **notes) -> Path:
    """Stores a frame whole or not at all; `notes` go into the comment lines above it."""
    target = csv_path(name, room)
    made = {"commit": commit(), "numpy": np.__version__, "scipy": scipy.__version__, **notes}
    text = "".join(f"# {key}: {value}\n" for key, value in made.items())
    text += frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    replace_text(target, text)
    return target


def read(name: str, room: str = SPECTRAL) -> pd.DataFrame:
    """The stored frame called `name`; FileNotFoundError, one sentence, where there is none."""
    path = csv_path(name, room)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no {path}; `python -m srhm_book.{room}.measure {name}` makes it."
        )
    return pd.read_csv(path, comment="#")


def notes(name: str) -> dict[str, str]:
    """The comment lines of the stored results: commit, versions and the like."""
    lines = csv_path(name).read_text(encoding="utf-8").splitlines()
    return dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
