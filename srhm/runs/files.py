"""Files of value are replaced in one step, so that nothing ever sees half of one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace_text(path: str | os.PathLike, text: str) -> None:
    """`replace_bytes` of a text, as UTF-8."""
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: str | os.PathLike, data: bytes) -> None:
    """Write ``data`` to ``path``; a reader, or a kill, sees the old file or the new one.

    Folders are made as needed.

    Raises
    ------
    OSError
        The folder is read-only, the disk full, ...; one sentence that names the file.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"The file {str(path)!r} cannot be written: {reason}.") from error
