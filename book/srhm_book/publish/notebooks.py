"""The papermill driver: runs the notebooks whose inputs changed and keeps only good copies.

`notebooks/NAME.py` (percent cells) is the source; `notebooks/NAME.ipynb` is made from it.
An executed copy carries a stamp, the hash of all it was made from (`.stamps`): while that is
unchanged the copy is reused. A notebook that fails never replaces a good copy.
Needs the extra `book`.
"""

import difflib
import hashlib
import os
import re
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from srhm.runs.paths import project
from srhm.runs.pool import num_cores
from srhm_book.publish.stamps import inputs_stamp, stamp_of

PROFILES = ("book", "fresh", "smoke")
KERNEL_ENVIRONMENT = {
    "SOURCE_DATE_EPOCH": "1704067200",  # the date inside SVG files
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",  # tensors are small: a second thread costs more than it brings
    "TQDM_DISABLE": "1",  # a progress bar's timings differ from run to run
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a warning of the debugger's, not ours
}


class NotebookError(RuntimeError):
    """One or more notebooks failed; the message names cell and error of each."""


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
    force: run even those whose executed copy is up to date.
    out, source: folders, taken from the repository's root unless absolute.
    jobs: how many run at once; by default one per core, and at most 4.

    Raises ValueError for an unknown notebook, parameter or profile, before anything runs, and
    NotebookError after all others have run if some failed; their failed copies are kept in
    `_build/failed`.
    """
    source, out = project(source), project(out)
    parameters = _all_parameters(parameters, profile, workers, device)
    scripts = _find(names, source)
    notebooks = [pair(script) for script in scripts]
    for notebook in notebooks:
        _check_parameters(notebook, parameters)
    out.mkdir(parents=True, exist_ok=True)

    stamps = {notebook: inputs_stamp(notebook, parameters) for notebook in notebooks}
    stale = {n: s for n, s in stamps.items() if force or stamp_of(out / n.name) != s}
    arguments = [(n, out / n.name, parameters, stamp) for n, stamp in stale.items()]
    failures = _execute_all(arguments, jobs or min(num_cores(), 4), progress)
    if failures:
        raise NotebookError("\n".join(failures))
    _write_claims(out)
    return [Outcome(n.stem, out / n.name, executed=n in stale) for n in notebooks]


# ---- which notebooks, which parameters ---------------------------------------------------


def _all_parameters(parameters, profile, workers, device) -> dict:
    parameters = dict(parameters or {})
    shorthands = {"profile": profile, "workers": workers, "device": device}
    parameters.update({name: value for name, value in shorthands.items() if value is not None})
    if parameters.get("profile", "book") not in PROFILES:
        allowed = ", ".join(PROFILES)
        raise ValueError(f"profile must be one of {allowed}, not {parameters['profile']!r}")
    return parameters


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


def _check_parameters(notebook: Path, parameters: dict) -> None:
    import papermill

    known = papermill.inspect_notebook(notebook)
    for name in parameters:
        if name not in known:
            raise ValueError(
                f"notebook {notebook.stem} has no parameter {name!r}{_nearest(name, known)}"
            )


def _nearest(word: str, known) -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    if close:
        return f": did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else ""


# ---- source and pair -----------------------------------------------------------------------


def pair(script: Path) -> Path:
    """Brings `NAME.ipynb` in step with `NAME.py` and returns its path.

    The file is written only if its content changes. Cell ids come from the cells' sources,
    so that the same script always gives the same bytes.
    """
    import jupytext
    import nbformat

    notebook = jupytext.read(script, fmt="py:percent")
    seen = {}
    for cell in notebook.cells:
        count = seen[cell.source] = seen.get(cell.source, 0) + 1
        cell.id = hashlib.sha256(f"{count}{cell.source}".encode()).hexdigest()[:8]
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["jupytext"] = {"formats": "ipynb,py:percent"}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    text = nbformat.writes(notebook) + "\n"
    target = script.with_suffix(".ipynb")
    if not target.is_file() or target.read_text(encoding="utf-8") != text:
        _replace(target, text)
    return target


# ---- execution -----------------------------------------------------------------------------


def _execute_all(arguments: list[tuple], jobs: int, progress: bool) -> list[str]:
    """Runs `_execute` for each of `arguments`; returns what failed, in words."""
    failures = {}
    with (
        tqdm(total=len(arguments), disable=None if progress else True, unit="notebook") as bar,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        futures = {pool.submit(_execute, *one): one[0] for one in arguments}
        for future in as_completed(futures):
            bar.set_postfix_str(f"{futures[future].stem} done")
            bar.update()
            try:
                future.result()
            except NotebookError as error:
                failures[futures[future]] = str(error)
    return [failures[notebook] for notebook in sorted(failures)]


def _execute(notebook: Path, target: Path, parameters: dict, stamp: str) -> None:
    import nbformat
    import papermill

    with tempfile.TemporaryDirectory() as folder, _environment(KERNEL_ENVIRONMENT):
        running = Path(folder) / notebook.name
        try:
            executed = papermill.execute_notebook(
                notebook, running, parameters, kernel_name="python3",
                cwd=project(), progress_bar=False,
                extra_arguments=["--log-level=CRITICAL"],  # the kernel's own log is not ours
            )  # fmt: skip
        except Exception as error:
            kept = project("_build", "failed", notebook.name)
            kept.parent.mkdir(parents=True, exist_ok=True)
            if running.is_file():
                shutil.copyfile(running, kept)
            raise NotebookError(_describe(notebook, error, kept)) from error
    _make_reproducible(executed)
    executed.metadata["srhm"] = {**executed.metadata.get("srhm", {}), "stamp": stamp}
    _replace(target, nbformat.writes(executed) + "\n")


@contextmanager
def _environment(changes: dict):
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _make_reproducible(notebook) -> None:
    """Removes from an executed notebook what differs from run to run: times and random ids."""
    kept = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": kept}
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected"


def _write_claims(out: Path) -> None:
    """The tables of claims that pages include: they too are made from the results."""
    from srhm.runs.store import Store
    from srhm_book.claims.ledger import claims, headlines, to_markdown

    items = claims(Store(project("results")))
    _replace(out / "claims.md", to_markdown(items))
    _replace(out / "headlines.md", headlines(items))


def _describe(notebook: Path, error: Exception, kept: Path) -> str:
    """Three short lines: which cell, what went wrong, where the whole story is."""
    if hasattr(error, "ename"):
        lines = [line for line in error.source.splitlines() if line.strip()]
        cell = f"the cell that begins with `{lines[0].strip()}`" if lines else "an empty cell"
        reason = f"{error.ename}: {error.evalue}"
    else:
        cell, reason = "its kernel", f"{type(error).__name__}: {error}"
    return (
        f"{notebook.stem} failed in {cell}:\n    {reason.strip()}\n"
        f"    The executed copy, with the whole traceback: {kept}"
    )


def _replace(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, target)
