"""The papermill driver: runs the notebooks whose inputs changed and keeps only good copies.

`notebooks/NAME.py` is the source, `notebooks/NAME.ipynb` is made from it (`.pairs`). An executed
copy carries a stamp, the hash of all it was made from (`.stamps`): while that is unchanged the copy
is reused. A notebook that fails never replaces a good copy. Needs the extra `book`.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from srhm.runs.paths import project
from srhm.runs.pool import num_cores
from srhm_book.publish.execution import NotebookError, execute_all
from srhm_book.publish.pairs import check_unedited, pair, paired
from srhm_book.publish.profiles import check_profile
from srhm_book.publish.stamps import inputs_stamp, stamp_of

VALUES = (type(None), bool, int, float, str)  # and lists, tuples and dictionaries of these


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook: its name, the executed copy, and whether it ran just now."""

    name: str
    path: Path
    executed: bool


def run_notebooks(
    names=None,
    parameters=None,
    out="book/executed",
    profile=None,
    force=False,
    workers=None,
    device=None,
    progress=True,
    source="notebooks",
    jobs=None,
) -> list[Outcome]:
    """Executes notebooks with papermill and puts the executed copies into `out`.

    names: notebooks such as "03_learning_curve" or "03"; all of them by default.
    parameters: values that replace those of each notebook's `parameters` cell; `profile`,
        `workers` and `device` are shorthands for three of them.
    force: run even those whose executed copy is up to date, and drop what was edited in an .ipynb.
    out, source: folders, taken from the repository's root unless absolute.
    jobs: how many run at once; by default one per core, and at most 4.

    Before anything runs or is written: ValueError for an unknown notebook, parameter or profile and
    for an .ipynb with edits that its .py lacks, OSError for a folder that cannot be written.
    NotebookError after all others have run if some failed; their failed copies are kept in
    `_build/failed`.
    """
    source, out = project(source), project(out)
    parameters = _all_parameters(parameters, profile, workers, device)
    scripts = _find(names, source)
    for script in scripts:
        _check_parameters(script, parameters)
        if not force:
            check_unedited(script)
    _check_writable(out)

    notebooks = [pair(script) for script in scripts]
    stamps = {notebook: inputs_stamp(notebook, parameters) for notebook in notebooks}
    stale = {n: s for n, s in stamps.items() if force or stamp_of(out / n.name) != s}
    arguments = [(n, out / n.name, parameters, stamp) for n, stamp in stale.items()]
    failures = execute_all(arguments, jobs or min(num_cores(), 4), progress)
    if failures:
        raise NotebookError("\n".join(failures))
    return [Outcome(n.stem, out / n.name, executed=n in stale) for n in notebooks]


def _all_parameters(parameters, profile, workers, device) -> dict:
    parameters = dict(parameters or {})
    for name, value in {"profile": profile, "workers": workers, "device": device}.items():
        if value is not None and parameters.setdefault(name, value) != value:
            raise ValueError(f"{name} is given twice: as {parameters[name]!r} and as {value!r}.")
    for name, value in parameters.items():
        if not _is_plain(value):
            kind = type(value).__name__
            raise ValueError(
                f"parameter {name} must be a number, a word, true, false, null, or a list or "
                f"dictionary of those, not {value!r} ({kind})."
            )
    check_profile(parameters.get("profile", "book"))
    return parameters


def _is_plain(value) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return type(value) in VALUES


def _find(names, source: Path) -> list[Path]:
    scripts = {path.stem: path for path in sorted(source.glob("[0-9]*.py"))}
    if not scripts:
        raise ValueError(f"there are no notebooks in {source}")
    if not names:
        return list(scripts.values())
    chosen = []
    for name in [names] if isinstance(names, str) else names:
        stem = re.sub(r"\.(py|ipynb)$", "", Path(name).name)
        matches = [s for s in scripts if s == stem or s.split("_")[0] == stem]
        if not matches:
            raise ValueError(f"there is no notebook {name!r}{_nearest(stem, scripts)}")
        chosen += [scripts[match] for match in matches]
    return list(dict.fromkeys(chosen))


def _check_parameters(script: Path, parameters: dict) -> None:
    import papermill

    known = papermill.inspect_notebook(paired(script))
    for name in parameters:
        if name not in known:
            raise ValueError(
                f"notebook {script.stem} has no parameter {name!r}{_nearest(name, known)}"
            )


def _nearest(word: str, known) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    if close:
        return f": did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else ""


def _check_writable(folder: Path) -> None:
    probe = folder / ".writable.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OSError(
            f"{folder}, for the executed notebooks, cannot be written: {error.strerror or error}."
        ) from None
