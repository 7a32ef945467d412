"""Sweeps as YAML: every combination of the listed values is a run.

    arch: [lcn, cnn]
    v: 6
    s0: 1
    P: [1000, 1414, 2000, 2828, 4000]
    repeats: 3          # seeds 0, 1, 2, each for the rules, the sample and the initialisation

or several such grids, with what they share:

    common: {s: 2, L: 2, repeats: 3}
    grids:
      - {arch: lcn, v: 6, s0: 1, P: [2000, 2828, 4000]}
      - {arch: lcn, v: 8, s0: 1, P: [4000, 5657, 8000]}
"""

from __future__ import annotations

import difflib
import itertools
import os
from collections.abc import Mapping
from pathlib import Path

import yaml

from srhm.stats.curves import SEEDS
from srhm.training.config import RunConfig

_REALS = ("lr", "momentum", "stop_loss")


class SweepFileError(ValueError):
    """A sweep file that cannot be used; the message is one sentence that names the file."""


def read_sweep(file: str | os.PathLike) -> list[RunConfig]:
    """The runs of a sweep file, in the file's order, each once.

    Raises
    ------
    SweepFileError
        The file is missing or no YAML, has an unknown key, an impossible value or an empty grid.
    """
    try:
        content = yaml.safe_load(Path(file).read_bytes().decode("utf-8"))
    except OSError as error:
        raise SweepFileError(f"The sweep {file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        text = " ".join(str(error).split())
        raise SweepFileError(f"The sweep {file} is not YAML: {text}.") from None
    try:
        return _expand(content)
    except ValueError as error:
        raise SweepFileError(f"The sweep {file}: {error}") from None


def _expand(content) -> list[RunConfig]:
    """The runs that parsed YAML stands for, each once."""
    grids = [content]
    if isinstance(content, Mapping) and {"grids", "common"} & set(content):
        _check_keys(content, ("common", "grids"))
        common, parts = content.get("common", {}), content.get("grids")
        if not isinstance(parts, list) or not parts:
            raise ValueError("the grid is empty: grids must be a list of at least one.")
        for part in (common, *parts):
            if part != {}:
                _check_mapping(part)
        grids = [{**common, **part} for part in parts]
    runs = {}
    for grid in grids:
        for config in _product(grid):
            runs.setdefault(config.key, config)
    return list(runs.values())


def _product(grid) -> list[RunConfig]:
    """All combinations of one grid."""
    _check_mapping(grid)
    _check_keys(grid, (*RunConfig.names(), "repeats"))
    axes = {}
    for name, value in grid.items():
        values = value if isinstance(value, list) else [value]
        if not values:
            raise ValueError(f"the grid is empty: {name} has no values.")
        if name != "repeats":
            axes[name] = [_number(v) if name in _REALS else v for v in values]
    configs = []
    for seeds in _seeds(grid):
        for combination in itertools.product(*axes.values()):
            fields = dict(zip(axes, combination, strict=True))
            configs.append(RunConfig.from_dict(fields | seeds))
    return configs


def _seeds(grid: Mapping) -> list[dict]:
    """The seeds of each repetition; nothing where the grid gives the seeds itself."""
    if "repeats" not in grid:
        return [{}]
    repeats = grid["repeats"]
    if type(repeats) is not int or repeats < 1:
        raise ValueError(f"repeats must be an integer of at least 1, not {repeats!r}.")
    for name in SEEDS:
        if name in grid:
            raise ValueError(f"repeats sets the seeds, so {name} cannot be given with it.")
    return [dict.fromkeys(SEEDS, r) for r in range(repeats)]


def _check_mapping(grid) -> None:
    if not isinstance(grid, Mapping) or not grid:
        raise ValueError(f"a grid must be a mapping of a run's fields to values, not {grid!r}.")


def _check_keys(mapping: Mapping, known: tuple[str, ...]) -> None:
    for key in mapping:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"unknown key {key!r}; known are {', '.join(known)}{hint}")


def _number(value):
    """YAML takes 1e-3 for a word, and only 1.0e-3 for a number."""
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value
