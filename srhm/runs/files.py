"""Files of value are replaced in one step, so that nothing ever sees half of one."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace_text(path: str | os.PathLike, text: str) -> None:
    """Write ``text`` to ``path`` as UTF-8; a reader, or a kill, sees the old file or the new one.

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
            with unfinished.open("x", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise OSError(f"The file {str(path)!r} cannot be written: {reason}.") from error
