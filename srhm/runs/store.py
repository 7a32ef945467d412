"""Results on disk: one text file a setting, one finished run a line, found by its configuration.

A line is what `srhm.runs.records` says. One that is torn, edited, impossible or in the wrong file
is named in a warning, left out, and its run counts as missing: the next sweep trains it again and
replaces the line. Lines are added whole, one process at a time, and files are replaced whole.
"""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd
from filelock import FileLock

from srhm.data.randomness import typed
from srhm.runs.lines import File, Line, append, read_lines, replace, tidied
from srhm.runs.records import checked, config_of, line_of, parse, plain, renewed
from srhm.training.config import RunConfig
from srhm.training.configuration import Configuration

__all__ = [
    "MergeReport", "Store", "StoreError", "StoreWarning", "config_of", "merge", "to_frame",
]  # fmt: skip

# Columns that are numbers even where every run of a frame diverged and left them empty.
_FLOAT_COLUMNS = ("test_error", "test_loss", "train_loss")


class StoreError(ValueError):
    """The store cannot be used as asked; the message is one sentence."""


class StoreWarning(UserWarning):
    """A record was ignored; the message names it and says why."""


def to_frame(rows: Iterable[dict], config_type: type[Configuration] = RunConfig) -> pd.DataFrame:
    """Runs as a DataFrame, one row each; what a run left empty (None) is NaN among numbers."""
    rows = list(rows)
    if not rows:
        return pd.DataFrame(columns=[*config_type.names(), "status", *_FLOAT_COLUMNS])
    frame = pd.DataFrame(rows)
    for name in _FLOAT_COLUMNS:
        if name in frame and frame[name].dtype != float:
            frame[name] = frame[name].astype(float)
    return frame


class Store:
    """The runs below one folder, ``path/<task and network>.jsonl``, one a line.

    The folder need not exist before something is put into it. Any number of processes may read and
    write one store at once. A file is read when a run of its setting is asked for, and again when
    it has changed.

    Raises
    ------
    StoreError
        When ``path`` is no path, or is there and is not a folder.
    """

    config_type: type[Configuration] = RunConfig

    def __init__(self, path: str | os.PathLike = "results"):
        if not isinstance(path, str | os.PathLike) or not str(path):
            raise StoreError(f"The results folder must be the path of a folder, not {path!r}.")
        self.path = Path(path)
        if self.path.exists() and not self.path.is_dir():
            raise StoreError(f"The results folder {str(self.path)!r} is a file, not a folder.")
        self._files: dict[Path, File] = {}
        self._framed = [None], None  # the files of the last whole frame, and that frame
        self._warned: set[tuple[str, str]] = set()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    @staticmethod
    def setting_of(config: Configuration) -> str:
        """The name of the file with the runs of this task and network."""
        c = config
        rules = "" if c.rule_kind == "random" else f"_{c.rule_kind}"
        s0 = str(c.s0).replace(",", "-")
        return f"{c.arch}_s{c.s}_L{c.L}_s0{s0}_v{c.v}_nc{c.n_c}_m{c.m}_{c.sparsity}{rules}"

    def path_of(self, config: Configuration) -> Path:
        """The file where the record of ``config`` belongs."""
        return self.path / f"{self.setting_of(config)}.jsonl"

    @typed
    def get(self, config: Configuration, warn: bool = True) -> dict | None:
        """The run of ``config``, or None; then bad lines of its file are warned about by name."""
        path = self.path_of(config)
        file = self._file(path)
        line = file.runs.get(config.key)
        if line is not None:
            return dict(line.run)
        if warn:
            for name, wrong in self._wrong(path, file):
                self._warn(name, wrong)
        return None

    def __contains__(self, config: Configuration) -> bool:
        return self.get(config) is not None

    @typed
    def put(self, run: dict) -> Path:
        """Add one finished run and return its file; it replaces an older record.

        Numbers that are not finite become None: JSON has none.

        Raises
        ------
        ValueError
            When ``run`` does not hold a complete, possible configuration, or a result is missing or
            impossible.
        StoreError
            When the file cannot be written; the folder is then as it was.
        """
        try:
            config, run = checked({n: plain(x) for n, x in run.items()}, self.config_type)
        except ValueError as error:
            raise ValueError(f"The run cannot be stored: {error}") from None
        path = self.path_of(config)
        self._add(path, {config.key: (config, run)})
        return path

    def frame(self, like: Configuration | None = None) -> pd.DataFrame:
        """All good runs, one row each, by setting, P and seeds; bad ones are warned about.

        like: read only the file with the runs of this one's task and network.
        """
        files = []
        for path in self._paths() if like is None else [self.path_of(like)]:
            files.append(self._file(path))
            for name, wrong in self._wrong(path, files[-1]):
                self._warn(name, wrong)
        framed, frame = self._framed
        # A file that has not changed is the same object (`read_lines`).
        if len(files) != len(framed) or any(a is not b for a, b in zip(files, framed, strict=True)):
            runs = (sorted(file.runs.values(), key=lambda line: line.order) for file in files)
            frame = to_frame([line.run for lines in runs for line in lines], self.config_type)
            if like is None:
                self._framed = files, frame
        return frame.copy()

    def problems(self) -> dict[str, str]:
        """What cannot be used, each file and line (relative to the store) with the reason."""
        found = (self._wrong(path, self._file(path)) for path in self._paths())
        return {os.path.relpath(name, self.path): wrong for pairs in found for name, wrong in pairs}

    def check_writable(self, *configs: Configuration) -> None:
        """Make the folder and write into it once; StoreError, in one sentence, if that fails.

        Also where what is named like the file of one of ``configs`` is none.
        """
        for path in {self.path_of(config) for config in configs}:
            if path.exists() and not path.is_file():
                raise StoreError(f"{str(path)!r} cannot be written: it is not a file.")
        probe = self.path / f".writable.{secrets.token_hex(6)}.tmp"
        with _named_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            probe.touch(exist_ok=False)
            probe.unlink()

    def export(self, file: str | os.PathLike, keys: Iterable[str] | None = None) -> int:
        """Write the good runs (those of ``keys``; default all) as a .jsonl bundle for `merge`.

        Returns the number of records. StoreError when a key is not in the store.
        """
        held = {}
        for path in self._paths():
            held |= self._file(path).runs
        wanted = set(held if keys is None else keys)
        if wanted - set(held):
            key = min(wanted - set(held))
            raise StoreError(f"The store {str(self.path)!r} holds no run with key {key}.")
        lines = [line for key, line in held.items() if key in wanted]
        with _named_errors(Path(file).parent):
            replace(Path(file), lines)
        return len(lines)

    # ---- reading ---------------------------------------------------------------------------

    def _paths(self) -> list[Path]:
        """All files of settings, also those that are there in the older form only."""
        older = {
            p.parent.with_name(f"{p.parent.name}.jsonl") for p in self.path.glob("*/P*_*.json")
        }
        return sorted(older.union(self.path.glob("*.jsonl")))

    def _file(self, path: Path, locked: bool = False) -> File:
        """The lines of a file as they are now. ``locked``: this thread has the store's lock."""
        lock = nullcontext if locked else partial(self._lock, timeout=10)
        file = read_lines(path, self._files.get(path), partial(self._parsed, path), lock)
        self._files[path] = file
        return file

    def _parsed(self, path: Path, text: bytes) -> Line:
        try:
            config, run = parse(text, self.config_type)
            if f"{self.setting_of(config)}.jsonl" != path.name:
                raise ValueError(f"it belongs in {self.path_of(config).name}")
        except ValueError as error:
            return Line(text, wrong=str(error).rstrip("."))
        return Line(text, _order(config), config.key, run)

    def _wrong(self, path: Path, file: File) -> Iterator[tuple[str, str]]:
        """What cannot be used of a file: its name, with the line's number, and why."""
        if file.wrong is not None:
            yield str(path), file.wrong
        for number, line in file.lines.items():
            if line.wrong is not None:
                yield f"{path} line {number}", line.wrong
        older = path.with_suffix("")
        if older.is_dir():
            yield (
                str(older),
                f"its runs are in the older form, one a file; `srhm merge {older}` brings them in, "
                "and then it can be deleted",
            )

    def _warn(self, name: str, wrong: str) -> None:
        """Once for each thing that is wrong, however often it is met."""
        if (name, wrong) not in self._warned:
            self._warned.add((name, wrong))
            message = f"The record {name} is ignored and its run counts as missing: {wrong}."
            warnings.warn(message, StoreWarning, stacklevel=3)

    # ---- writing ---------------------------------------------------------------------------

    def _add(self, path: Path, runs: dict[str, tuple[Configuration, dict]], tidy=False) -> None:
        """Add runs to a file: at its end, unless they replace lines or it is to be ``tidy``."""
        new = [
            Line(line_of(config, run).encode(), _order(config), key, run)
            for key, (config, run) in runs.items()
        ]
        with _named_errors(self.path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                old = self._file(path, locked=True)
                if old.wrong is not None:
                    raise StoreError(f"{str(path)!r} cannot be written: {old.wrong}.")
                kept = old.without(runs)
                if tidy or len(kept) < len(old.lines):
                    replace(path, tidied([*kept, *new]))
                else:
                    append(path, new)

    def _lock(self, timeout: float = -1) -> FileLock:
        """Held while a process writes, or looks whether another one does; seconds, or for ever."""
        return FileLock(self.path / ".lock", timeout=timeout)


def _order(config: Configuration) -> tuple:
    return (config.P, *(getattr(config, name) for name in config.seeds()), config.key)


@contextmanager
def _named_errors(folder: Path) -> Iterator[None]:
    """What the disk refuses becomes one sentence that names the folder."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The results folder {str(folder)!r} cannot be written: {error.strerror or error}."
        ) from error


@dataclass(frozen=True)
class MergeReport:
    """What `merge` did: numbers of records, and the refused ones by name with the reason."""

    added: int
    already_there: int
    refused: dict[str, str] = field(default_factory=dict)


def merge(
    files: Iterable[str | os.PathLike], store: Store | str | os.PathLike, *others: Store
) -> MergeReport:
    """Bring in runs that finished elsewhere: .jsonl files, records of the older form (one a
    .json file), or folders of both.

    A record whose digest, key, schema or values are wrong is refused, and the others come in. Runs
    that the store already holds stay as they are. Runs of other kinds go to the store among
    ``others`` that is for them. Files of the store that get new runs are sorted by P and seeds.

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
    already_there, refused = 0, {}
    fresh: dict[tuple[Store, Path], dict] = {}
    for name, read in _texts(files):
        try:
            config, run = parse(renewed(read()), *stores)
        except ValueError as error:
            refused[name] = str(error).rstrip(".")
            continue
        into = stores[type(config)]
        runs = fresh.setdefault((into, into.path_of(config)), {})
        if config.key in runs or config in into:
            already_there += 1
        else:
            runs[config.key] = config, run
    for (into, path), runs in fresh.items():
        if runs:
            into._add(path, runs, tidy=True)
    return MergeReport(sum(map(len, fresh.values())), already_there, refused)


def _texts(files: Iterable[Path]) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Name of every record in files and folders, with a function that returns its text."""
    for file in files:
        if file.is_dir():
            inside = sorted(p for p in file.rglob("*") if p.suffix in (".json", ".jsonl"))
            yield from _texts(p for p in inside if not p.is_dir())
        elif file.suffix == ".jsonl" and file.is_file():
            try:
                lines = _bytes(file).split(b"\n")
            except ValueError:
                yield str(file), partial(_bytes, file)
                continue
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{file} line {number}", partial(bytes, line)
        else:
            yield str(file), partial(_bytes, file)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise ValueError("it is not a file")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror or error})") from None
