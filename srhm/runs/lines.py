"""Files of records as lines: read again only where they changed, added to and replaced whole."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Container, Iterable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from srhm.runs.files import replace_bytes
from srhm.runs.records import KEY

_SETTLED = 2e9  # ns after which a file's times tell whether it has changed; FAT counts in 2 s


@dataclass(frozen=True)
class Line:
    """One line of a file with its run, or with what is wrong with it."""

    text: bytes
    order: tuple = ()  # where it belongs among those of its file
    key: str | None = None
    run: dict | None = None
    wrong: str | None = None

    @property
    def claimed_key(self) -> str | None:
        """The key that the line names as its own, be it whole or spoilt."""
        found = KEY.search(self.text.decode("utf-8", "replace"))
        return found and found[1]


@dataclass(frozen=True)
class File:
    """What a file held when it looked like ``signature``: lines by number, runs by key."""

    signature: tuple | None = None
    lines: dict[int, Line] = field(default_factory=dict)
    runs: dict[str, Line] = field(default_factory=dict)  # the first line of each key
    wrong: str | None = None  # with the file as a whole
    ended: bool = True  # whether the last line has its end

    def without(self, keys: Container[str]) -> list[Line]:
        """The lines that stay when runs with these keys come in: neither these runs, whole or
        spoilt, nor the beginning of a line that a kill has cut off before its key."""
        kept = [line for line in self.lines.values() if line.claimed_key not in keys]
        if kept and not self.ended and kept[-1].wrong and kept[-1].claimed_key is None:
            kept.pop()
        return kept


def read_lines(
    path: Path,
    known: File | None,
    parse: Callable[[bytes], Line],
    lock: Callable[[], AbstractContextManager],
) -> File:
    """The lines of ``path`` now, each read by ``parse`` once.

    known: what it held before. lock: makes what is held to read a file once more that ends in half
    a line, which another process may be writing.
    """
    try:
        state = path.stat()
        signature = (state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        if known is not None and known.signature == signature:
            return known
        if not stat.S_ISREG(state.st_mode):
            return File(wrong="it is not a file")
        content = path.read_bytes()
        if content and not content.endswith(b"\n"):
            with suppress(OSError), lock():
                content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return File()
    except OSError as error:
        return File(wrong=f"it cannot be read ({error.strerror or error})")
    if time.time_ns() - max(state.st_mtime_ns, state.st_ctime_ns) < _SETTLED:
        signature = None
    parsed = {} if known is None else {line.text: line for line in known.lines.values()}
    texts = enumerate(content.split(b"\n"), start=1)
    lines = {i: parsed.get(text) or parse(text) for i, text in texts if text.strip()}
    runs = {}
    for line in lines.values():
        if line.key is not None:
            runs.setdefault(line.key, line)  # repeated where git has united two branches
    return File(signature, lines, runs, ended=content.endswith(b"\n"))


def append(path: Path, lines: Iterable[Line]) -> None:
    """Add lines in one write; what cannot be written whole is taken back."""
    data = b"".join(line.text + b"\n" for line in lines)
    with path.open("ab+", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        if size:
            file.seek(size - 1)
            if file.read(1) != b"\n":  # the beginning of a line that was never finished
                data = b"\n" + data
        try:
            if file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
        except OSError:  # and not Ctrl-C, whose line is there
            file.truncate(size)
            raise


def replace(path: Path, lines: Iterable[Line]) -> None:
    """Write lines in one step: a reader, or a kill, sees the old file or the new one."""
    replace_bytes(path, b"".join(line.text + b"\n" for line in lines))


def tidied(lines: Iterable[Line]) -> list[Line]:
    """Each run once, in order; then what cannot be used, as it stands."""
    lines = list(lines)
    runs = {line.key: line for line in reversed(lines) if line.key is not None}
    return [
        *sorted(runs.values(), key=lambda line: line.order),
        *(line for line in lines if line.key is None),
    ]
