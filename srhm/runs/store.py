"""Results on disk: one small text file per finished run, found by the hash of its configuration.

A record is ``{"schema", "key", "digest", "run"}``: ``run`` is what `srhm.training.run.train`
returned, ``key`` the hash of its configuration and ``digest`` that of the whole run. A record that
is torn, edited, unreadable or in the wrong place is named in a warning and treated as missing, so
that the next sweep trains it again and replaces it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from srhm.training.config import RunConfig
from srhm.training.configuration import SCHEMA, Configuration

# Columns that are numbers even where every run of a frame diverged and left them empty.
_FLOAT_COLUMNS = ("test_error", "test_loss", "train_loss")


class StoreError(ValueError):
    """The store cannot be used as asked; the message is one sentence."""


class StoreWarning(UserWarning):
    """A record was ignored; the message names it and says why."""


def config_of(run: dict, config_type: type[Configuration] = RunConfig) -> Configuration:
    """The configuration among a run's fields; ValueError when one is missing or impossible."""
    names, run = config_type.names(), config_type.added_defaults() | run
    missing = [name for name in names if name not in run]
    if missing:
        raise ValueError(f"it lacks the field {missing[0]}")
    return config_type.from_dict({name: run[name] for name in names})


def to_frame(rows: Iterable[dict], config_type: type[Configuration] = RunConfig) -> pd.DataFrame:
    """Runs as a DataFrame, one row each; what a run left empty (None) is NaN among numbers."""
    rows = list(rows)
    if not rows:
        return pd.DataFrame(columns=[*config_type.names(), "status", *_FLOAT_COLUMNS])
    frame = pd.DataFrame(rows)
    frame = frame.astype({name: float for name in _FLOAT_COLUMNS if name in frame})
    return frame.copy()  # in one block: pandas warns about a frame of a block for every column


def _digest(run: dict) -> str:
    text = json.dumps(run, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _reject_constant(name: str):
    raise ValueError(f"{name} is not JSON")


def _parse(text: str, *types: type[Configuration]) -> tuple[Configuration, dict]:
    """Configuration (of one of ``types``) and run of one record; ValueError when it is no good."""
    try:
        record = json.loads(text, parse_constant=_reject_constant)
    except RecursionError:
        raise ValueError("it is nested too deeply to be a record") from None
    except ValueError as error:
        raise ValueError(f"it is not valid JSON ({error})") from None
    if not isinstance(record, dict) or not isinstance(record.get("run"), dict):
        raise ValueError("it is not a record of a run")
    if record.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {record.get('schema')!r}, not {SCHEMA}")
    config_type = {kind.kind: kind for kind in types}.get(record.get("kind"))
    if config_type is None:
        raise ValueError("it is the record of another kind of run")
    run = record["run"]
    if record.get("digest") != _digest(run):
        raise ValueError("its digest does not fit its content, so it was changed")
    config = config_of(run, config_type)
    if record.get("key") != config.key:
        raise ValueError("its key does not fit its configuration")
    return config, config.as_dict() | run  # with the fields that an older record lacks


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror or error})") from None


def _write(path: Path, text: str) -> None:
    """Replace ``path`` in one step: a reader, or a kill, sees the old file or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        with unfinished.open("x", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


class Store:
    """The runs below one folder, ``path/<task and network>/P<P>_<start of the key>.json``.

    The folder need not exist before something is put into it. Any number of processes may read and
    write one store at once.

    Raises
    ------
    StoreError
        When ``path`` is there and is not a folder.
    """

    config_type: type[Configuration] = RunConfig

    def __init__(self, path: str | os.PathLike = "results"):
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"The results folder {str(self.path)!r} is a file, not a folder.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def path_of(self, config: Configuration) -> Path:
        """Where the record of ``config`` belongs."""
        c = config
        folder = f"{c.arch}_s{c.s}_L{c.L}_s0{c.s0}_v{c.v}_nc{c.n_c}_m{c.m}_{c.sparsity}"
        return self.path / folder / f"P{c.P}_{c.key[:12]}.json"

    def get(self, config: Configuration, warn: bool = True) -> dict | None:
        """The run of ``config``, or None; a bad record in its place is warned about by name."""
        path = self.path_of(config)
        if not path.exists():
            return None
        try:
            found, run = _parse(_read(path), self.config_type)
            if found.key != config.key:
                raise ValueError("it is the record of another configuration")
        except ValueError as error:
            if warn:
                _warn(path, error)
            return None
        return run

    def __contains__(self, config: Configuration) -> bool:
        return self.get(config) is not None

    def put(self, run: dict) -> Path:
        """Write one finished run, in one step, and return its file; it replaces an older record.

        Numbers that are not finite become None: JSON has none.

        Raises
        ------
        ValueError
            When ``run`` does not hold a complete, possible configuration.
        OSError
            When the file cannot be written.
        """
        try:
            config = config_of(run, self.config_type)
        except ValueError as error:
            raise ValueError(f"The run cannot be stored: {error}") from None
        run = {name: _finite_or_none(value) for name, value in run.items()}
        kind = {} if config.kind is None else {"kind": config.kind}
        record = {"schema": SCHEMA, **kind, "key": config.key, "digest": _digest(run), "run": run}
        path = self.path_of(config)
        _write(path, json.dumps(record, indent=1) + "\n")
        return path

    def _records(self) -> Iterator[tuple[Path, Configuration | None, dict | str]]:
        """Every record file with its configuration and run, or with None and what is wrong."""
        for path in sorted(self.path.glob("*/*.json")):
            try:
                config, run = _parse(_read(path), self.config_type)
                if path != self.path_of(config):
                    raise ValueError("it is not where its key says")
                yield path, config, run
            except ValueError as error:
                yield path, None, str(error)

    def frame(self) -> pd.DataFrame:
        """All good runs, one row each, in the order of their files; bad ones are warned about."""
        rows = []
        for path, config, run in self._records():
            if config is None:
                _warn(path, run)
            else:
                rows.append(run)
        return to_frame(rows, self.config_type)

    def problems(self) -> dict[str, str]:
        """Record files that cannot be used (relative to the store), each with the reason."""
        return {
            str(path.relative_to(self.path)): reason
            for path, config, reason in self._records()
            if config is None
        }

    def check_writable(self) -> None:
        """Make the folder and write into it once; StoreError, in one sentence, if that fails."""
        probe = self.path / f".writable.{secrets.token_hex(6)}.tmp"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe.touch(exist_ok=False)
            probe.unlink()
        except OSError as error:
            raise StoreError(
                f"The results folder {str(self.path)!r} cannot be written: "
                f"{error.strerror or error}."
            ) from None

    def export(self, file: str | os.PathLike, keys: Iterable[str] | None = None) -> int:
        """Write the good runs (those of ``keys``; default all) as a .jsonl bundle for `merge`.

        Returns the number of records. StoreError when a key is not in the store.
        """
        wanted = None if keys is None else set(keys)
        lines = []
        for path, config, _ in self._records():
            if config is not None and (wanted is None or config.key in wanted):
                lines.append(json.dumps(json.loads(_read(path))) + "\n")
                if wanted is not None:
                    wanted.discard(config.key)
        if wanted:
            raise StoreError(f"The store {str(self.path)!r} holds no run with key {min(wanted)}.")
        _write(Path(file), "".join(lines))
        return len(lines)


@dataclass(frozen=True)
class MergeReport:
    """What `merge` did: numbers of records, and the refused ones by name with the reason."""

    added: int
    already_there: int
    refused: dict[str, str] = field(default_factory=dict)


def merge(
    files: Iterable[str | os.PathLike], store: Store | str | os.PathLike, *others: Store
) -> MergeReport:
    """Bring in runs that finished elsewhere: record files, .jsonl bundles, or folders of both.

    A record whose digest, key or schema does not fit is refused, and the others come in. Runs that
    the store already holds stay as they are. Runs of other kinds go to the store among ``others``
    that is for them.

    Raises
    ------
    StoreError
        Before anything is written: a file that does not exist, or a store that cannot be written.
    """
    store = store if isinstance(store, Store) else Store(store)
    files = [Path(file) for file in files]
    for file in files:
        if not file.exists():
            raise StoreError(f"There is no file or folder {str(file)!r} to merge.")
    stores = {each.config_type: each for each in (store, *others)}
    store.check_writable()
    added = already_there = 0
    refused = {}
    for name, read in _texts(files):
        try:
            config, run = _parse(read(), *stores)
        except ValueError as error:
            refused[name] = str(error)
            continue
        into = stores[type(config)]
        if config in into:
            already_there += 1
        else:
            into.put(run)
            added += 1
    return MergeReport(added, already_there, refused)


def _texts(files: Iterable[Path]) -> Iterator[tuple[str, Callable[[], str]]]:
    """Name of every record in files and folders, with a function that returns its text."""
    for file in files:
        if file.is_dir():
            inside = sorted(p for p in file.rglob("*") if p.suffix in (".json", ".jsonl"))
            yield from _texts(p for p in inside if p.is_file())
        elif file.suffix == ".jsonl":
            try:
                lines = _read(file).split("\n")
            except ValueError:
                yield str(file), partial(_read, file)
                continue
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{file} line {number}", partial(str, line)
        else:
            yield str(file), partial(_read, file)


def _warn(path: Path, reason) -> None:
    warnings.warn(
        f"The record {path} is ignored and its run counts as missing: {reason}.",
        StoreWarning,
        stacklevel=3,
    )


def _finite_or_none(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value
