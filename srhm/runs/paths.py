"""Where the repository is, so that notebooks find its files from whatever folder they run in."""

from pathlib import Path


def project(*parts: str) -> Path:
    """The path of `parts` inside the repository: `project("results")`, `project("book", "paper")`.

    The repository is the nearest folder, from the current one upwards, that holds `_toc.yml`
    and `notebooks/`; failing that, the one that this package was installed from.
    """
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "_toc.yml").is_file() and (folder / "notebooks").is_dir():
            return folder.joinpath(*parts)
    return Path(__file__).resolve().parent.parent.joinpath(*parts)
