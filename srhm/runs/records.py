"""One finished run as one line of text, and back again: nothing wrong gets in or out unnoticed.

A line is the JSON object ``{"schema", "kind", "key", "digest", "run"}``: ``run`` is what
`srhm.training.run.train` returned, ``key`` the hash of its configuration, ``digest`` the hash of
all the rest, whatever its order and spacing. ``kind`` is there for runs that are not on the SRHM.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import sys
from functools import cache

import numpy as np

from srhm.training.config import RunConfig
from srhm.training.configuration import SCHEMA, Configuration

KEY = re.compile(r'"key": ?"([0-9a-f]{64})"')  # in a line, also where that is no JSON
_COUNTS = ("epochs", "steps", "num_test_used", "threads")
_TEXTS = ("constant_layers", "commit", "python", "torch", "numpy", "device")
# Losses, and the sensitivities of `srhm.training.observables` and `srhm.images.sensitivity`.
_NOT_NEGATIVE = re.compile(r"seconds|\w+_loss|[SDGR](_\w+)?")


def config_of(run: dict, config_type: type[Configuration] = RunConfig) -> Configuration:
    """The configuration among a run's fields; ValueError when one is missing or impossible.

    Fields that are younger than the run are at their defaults.
    """
    names = config_type.names()
    fields = config_type.added_defaults() | {name: run[name] for name in names if name in run}
    if len(fields) < len(names):
        missing = next(name for name in names if name not in fields)
        raise ValueError(f"it lacks the field {missing}")
    try:
        return config_type.from_dict(fields)
    except TypeError as error:  # a value that cannot even be compared
        raise ValueError(f"its configuration is impossible ({error})") from None


def checked(run: dict, config_type: type[Configuration]) -> tuple[Configuration, dict]:
    """The configuration of a run, and the run with all its fields resolved.

    Raises
    ------
    ValueError
        For a configuration that is incomplete or impossible, and for a result that is missing, of
        another type or out of its range, by name.
    """
    config = config_of(run, config_type)
    fields = config.as_dict()
    results = {name: value for name, value in run.items() if name not in fields}
    for name, value in results.items():
        if value is not None:
            _check(name, value)
    status = run.get("status")
    if status not in config.statuses:
        raise ValueError(f"status must be one of {', '.join(config.statuses)}, not {status!r}")
    if run.get("test_error") is None and status != "diverged":
        raise ValueError("it has no test_error, though it did not diverge")
    return config, fields | results


def line_of(config: Configuration, run: dict) -> str:
    """The line of a `checked` run, without its end."""
    kind = {} if config.kind is None else {"kind": config.kind}
    record = {"schema": SCHEMA, **kind, "key": config.key}
    return json.dumps({**record, "digest": _hash({**record, "run": run}), "run": run})


def parse(text: str | bytes, *types: type[Configuration]) -> tuple[Configuration, dict]:
    """Configuration (of one of ``types``) and run of one line; ValueError when it is no good."""
    record = _loaded(text)
    if not isinstance(record, dict) or not isinstance(record.get("run"), dict):
        raise ValueError("it is not a record of a run")
    if record.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {_short(record.get('schema'))}, not {SCHEMA}")
    if record.get("digest") != _hash({n: x for n, x in record.items() if n != "digest"}):
        raise ValueError("its digest does not fit its content, so it was changed")
    kind = record.get("kind")
    known = {each.kind: each for each in types}
    if not isinstance(kind, str | None) or kind not in known:
        raise ValueError("it is the record of another kind of run")
    config, run = checked(record["run"], known[kind])
    if record.get("key") != config.key:
        raise ValueError("its key does not fit its configuration")
    return config, run


def renewed(text: str | bytes) -> str | bytes:
    """A record of the older form, whose digest covered ``run`` alone, as a line of this one.

    Any other text comes back as it is.
    """
    try:
        record = _loaded(text)
        if record["digest"] == _hash(record["run"]):
            rest = {name: value for name, value in record.items() if name != "digest"}
            return json.dumps({**rest, "digest": _hash(rest)})
    except (ValueError, TypeError, LookupError):
        pass  # no such record: `parse` says what it lacks
    return text


def plain(value):
    """A result as JSON knows it: plain texts, Python's numbers, None for one that is not finite."""
    if isinstance(value, str):
        return str(value)  # torch's version is of a class of its own
    value = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _loaded(text: str | bytes):
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8"))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    except RecursionError:
        raise ValueError("it is nested too deeply to be a record") from None
    except ValueError as error:
        raise ValueError(f"it is not valid JSON ({error})") from None


def _reject_constant(name: str):
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_reject_constant)
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(content: dict) -> str:
    return hashlib.sha256(_ENCODER.encode(content).encode()).hexdigest()


def _check(name: str, value) -> None:
    """ValueError unless ``value`` is what a result of this name may be."""
    types, least, most, words = _rule(name)
    if type(value) is int:
        least, most = max(least, -(2**63)), min(most, 2**63 - 1)
    if type(value) not in types or (type(value) is not str and not least <= value <= most):
        raise ValueError(f"{name} must be {words}, not {_short(value)}")


@cache
def _rule(name: str) -> tuple[tuple[type, ...], float, float, str]:
    """Types, least and most that a result of this name may have, and the two in words."""
    largest = sys.float_info.max
    if name.endswith("test_error"):
        return (float, int), 0, 1, "a number from 0 to 1"
    if name in _COUNTS:
        return (int,), 0, largest, "an integer of at least 0 in 64 bits"
    if name in _TEXTS or name == "status":
        return (str,), 0, 0, "a text"
    if _NOT_NEGATIVE.fullmatch(name):
        return (float, int), 0, largest, "a finite number of at least 0"
    words = "a text, True or False, or a finite number in 64 bits"
    return (str, bool, int, float), -largest, largest, words


def _short(value) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:40]}... ({len(text)} characters)"
