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

Numbers are decimal, as 1000, 0.01 or 1e-2; an s0 for each level, the input's first, is a text, as
"2,0". A file stands for at most 100,000 runs.
"""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import math
import os
import reprlib
from collections.abc import Mapping
from pathlib import Path

import yaml

from srhm.runs.strict_yaml import StrictLoader
from srhm.training.config import SEED_FIELDS, RunConfig

MOST_RUNS = 100_000  # more is a slip of the pen
_WHOLES = tuple(
    field.name for field in dataclasses.fields(RunConfig) if field.type.startswith("int")
)


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
        content = yaml.load(Path(file).read_bytes().decode("utf-8"), StrictLoader)
    except OSError as error:
        raise SweepFileError(f"The sweep {file} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise SweepFileError(f"The sweep {file} is not YAML: {_reason(error)}.") from None
    try:
        return _expand(content)
    except ValueError as error:
        raise SweepFileError(f"The sweep {file}: {error}") from None


def _reason(error: Exception) -> str:
    """What a parser says, on one line, with the place in the file."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return " ".join(str(error).split()).rstrip(".")
    return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"


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
    number = sum(map(_count, grids))
    if number > MOST_RUNS:
        raise ValueError(f"it asks for {number:,} runs; at most {MOST_RUNS:,} are allowed.")
    runs = {}
    for grid in grids:
        for config in _product(grid):
            runs.setdefault(config.key, config)
    return list(runs.values())


def _count(grid) -> int:
    """The number of runs of one grid, whose keys and shape are checked."""
    _check_mapping(grid)
    _check_keys(grid, (*RunConfig.names(), "repeats"))
    return _repeats(grid) * math.prod(map(len, _axes(grid).values()))


def _axes(grid: Mapping) -> dict[str, list]:
    """The values of each field."""
    axes = {}
    for name, value in grid.items():
        if name == "repeats":
            continue
        values = value if isinstance(value, list) else [value]
        if not values:
            raise ValueError(f"the grid is empty: {name} has no values.")
        for each in values:
            if isinstance(each, (list, Mapping)):
                raise ValueError(
                    f"{name} must be a value or a list of values, not {reprlib.repr(value)}."
                )
        axes[name] = [_whole(v) if name in _WHOLES else v for v in values]
    return axes


def _product(grid: Mapping) -> list[RunConfig]:
    """All combinations of one grid."""
    axes, configs = _axes(grid), []
    for seeds in _seeds(grid):
        for combination in itertools.product(*axes.values()):
            fields = dict(zip(axes, combination, strict=True))
            configs.append(RunConfig.from_dict(fields | seeds))
    return configs


def _seeds(grid: Mapping) -> list[dict]:
    """The seeds of each repetition; nothing where the grid gives the seeds itself."""
    if "repeats" not in grid:
        return [{}]
    return [dict.fromkeys(SEED_FIELDS, r) for r in range(_repeats(grid))]


def _repeats(grid: Mapping) -> int:
    """How many repetitions a grid asks for; 1 where it does not say."""
    if "repeats" not in grid:
        return 1
    repeats = grid["repeats"]
    if type(repeats) is not int or repeats < 1:
        raise ValueError(f"repeats must be an integer of at least 1, not {reprlib.repr(repeats)}.")
    for name in SEED_FIELDS:
        if name in grid:
            raise ValueError(f"repeats sets the seeds, so {name} cannot be given with it.")
    return repeats


def _check_mapping(grid) -> None:
    if not isinstance(grid, Mapping) or not grid:
        raise ValueError(
            f"a grid must be a mapping of a run's fields to values, not {reprlib.repr(grid)}."
        )


def _check_keys(mapping: Mapping, known: tuple[str, ...]) -> None:
    for key in mapping:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(f"unknown key {reprlib.repr(key)}; known are {', '.join(known)}{hint}")


def _whole(value):
    """1e3 is an integer too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
