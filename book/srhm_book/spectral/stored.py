"""Measurements that are no trainings, as CSV files with their provenance above, by folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from srhm.runs.files import replace_text
from srhm.runs.paths import project
from srhm.training.run import _commit as commit

FOLDER = "spectral"  # of results, and the room that measures them


def csv_path(name: str, folder: str = FOLDER) -> Path:
    """Where the results called `name` are stored."""
    return project("results", folder, f"{name}.csv")


def write(name: str, frame: pd.DataFrame, folder: str = FOLDER, **notes) -> Path:
    """Stores a frame whole or not at all; `notes` go into the comment lines above it."""
    target = csv_path(name, folder)
    made = {"commit": commit(), "numpy": np.__version__, "scipy": scipy.__version__, **notes}
    text = "".join(f"# {key}: {value}\n" for key, value in made.items())
    text += frame.to_csv(index=False, float_format="%.10g", lineterminator="\n")
    replace_text(target, text)
    return target


def read(name: str, folder: str = FOLDER) -> pd.DataFrame:
    """The stored frame called `name`; FileNotFoundError, one sentence, where there is none."""
    path = csv_path(name, folder)
    if not path.is_file():
        raise FileNotFoundError(
            f"There is no {path}; `python -m srhm_book.{folder}.measure {name}` makes it."
        )
    return pd.read_csv(path, comment="#")


def find(name: str, folder: str = FOLDER) -> pd.DataFrame | None:
    """As `read`; None where there is none, so that what rests on it is open."""
    try:
        return read(name, folder)
    except FileNotFoundError:
        return None


def notes(name: str, folder: str = FOLDER) -> dict[str, str]:
    """The comment lines of the stored results: commit, versions and the like."""
    lines = csv_path(name, folder).read_text(encoding="utf-8").splitlines()
    return dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
