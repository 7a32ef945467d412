"""Files from the network: resumable, and only ever used when their checksum is right."""

from __future__ import annotations

import errno
import hashlib
import http.client
import os
import ssl
import urllib.error
import urllib.request
from pathlib import Path

from tqdm import tqdm

CHUNK = 1 << 18
_OF_THE_DISK = {errno.EACCES, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.ENOTDIR, errno.EEXIST}
PARTIAL = 206  # the server sends the rest only


class DownloadError(OSError):
    """The file could not be had; the message is one sentence."""


def download(url: str, target: Path, md5: str, timeout: float = 30, progress: bool = True) -> Path:
    """Fetch ``url`` to ``target`` unless it is there already, and return ``target``.

    What has arrived is kept beside it as ``NAME.part``: a second call asks for the rest alone.
    Nothing is ever at ``target`` but the whole file with this checksum.

    Raises
    ------
    DownloadError
        The server cannot be reached or trusted, breaks off, or sends another file; one
        sentence.
    """
    target = Path(target)
    if target.is_file() and md5_of(target) == md5:
        return target
    part = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, part, timeout, progress and not os.environ.get("TQDM_DISABLE"))
    except urllib.error.HTTPError as error:
        raise DownloadError(
            f"{target.name} cannot be downloaded: the server of {url} answers {error.code}."
        ) from None
    except (OSError, http.client.HTTPException) as error:  # URLError and time-outs are OSErrors
        raise DownloadError(_what_failed(error, url, target)) from None
    if md5_of(part) != md5:
        part.unlink()
        raise DownloadError(
            f"What {url} sent is not the expected {target.name} (its checksum is another), so it "
            "was thrown away; the same command starts anew."
        )
    os.replace(part, target)
    return target


def _what_failed(error: Exception, url: str, target: Path) -> str:
    """One sentence for an error of the network, of trust, or of the disk."""
    reason = getattr(error, "reason", None) or error or type(error).__name__
    if isinstance(reason, ssl.SSLCertVerificationError):
        return (
            f"{target.name} was not downloaded from {url}: Python does not trust the server's "
            f"certificate ({getattr(reason, 'verify_message', reason)}), so set this machine's "
            "clock, or name your network's certificates in SSL_CERT_FILE."
        )
    if getattr(error, "errno", None) in _OF_THE_DISK and reason is error:
        return (
            f"{target.name} cannot be written into the folder {str(target.parent)!r}: "
            f"{error.strerror}."
        )
    return (
        f"{target.name} cannot be downloaded from {url} ({reason}); what has arrived is kept, and "
        "the same command goes on from there."
    )


def md5_of(path: Path) -> str:
    """The MD5 checksum of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def file_problem(path: Path, md5: str) -> str | None:
    """What is wrong with a file: missing, damaged, or nothing."""
    if not path.is_file():
        return "missing"
    return None if md5_of(path) == md5 else "damaged"


def _fetch(url: str, part: Path, timeout: float, progress: bool) -> None:
    """Append to ``part`` what is still missing of ``url``; IncompleteRead when it breaks off."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as error:
        if error.code != 416:  # nothing is missing
            raise
        return
    with response:
        if response.status != PARTIAL:  # this server always starts at the beginning
            have = 0
        missing = response.length
        bar = tqdm(total=missing and have + missing, initial=have, unit="B", unit_scale=True,
                   disable=not progress)  # fmt: skip
        with bar, part.open("ab" if have else "wb") as file:
            while chunk := response.read(CHUNK):
                file.write(chunk)
                bar.update(len(chunk))
        if response.length:  # what the server still owes
            raise http.client.IncompleteRead(b"", response.length)
