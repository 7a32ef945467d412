"""Where files are: in this project's repository, or, outside of it, in the current folder."""

from __future__ import annotations

import tomllib
from pathlib import Path

_INSIDE = ("srhm", "book/srhm_book")  # folders that the repository has


class NoRepositoryError(FileNotFoundError):
    """There is no repository around the current folder; the message is one sentence."""


def repository() -> Path | None:
    """The nearest folder, from the current one upwards, that is a checkout of this project.

    It has the packages' sources and a pyproject.toml whose project is named srhm. Where the
    package was imported from plays no part: an installed package is no place to write to.
    """
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if _is_repository(folder)), None)


def project(*parts: str) -> Path:
    """The path of `parts` inside the repository: `project("notebooks")`.

    Raises
    ------
    NoRepositoryError
        Outside of a checkout.
    """
    root = repository()
    if root is None:
        path = "/".join(parts) or "the repository"
        raise NoRepositoryError(
            f"{path} is needed, so this must run inside a checkout of srhm; the folder "
            f"{str(Path.cwd())!r} is in none."
        )
    return root.joinpath(*parts)


def default_folder(*parts: str) -> Path:
    """Where a command keeps something by default, as `default_folder("results")`.

    In the repository, from wherever inside it the command runs; otherwise in the current folder.
    """
    return (repository() or Path()).joinpath(*parts)


def _is_repository(folder: Path) -> bool:
    if not all((folder / name).is_dir() for name in _INSIDE):
        return False
    try:
        content = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return content.get("project", {}).get("name") == "srhm"
