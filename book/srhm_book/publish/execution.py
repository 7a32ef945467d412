"""Runs notebooks with papermill, some at once, and keeps only copies that succeeded."""

import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from tqdm import tqdm

from srhm.runs.files import replace_text
from srhm.runs.paths import project

KERNEL_ENVIRONMENT = {
    "SOURCE_DATE_EPOCH": "1704067200",  # the date inside SVG files
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",  # tensors are small: a second thread costs more than it brings
    "TQDM_DISABLE": "1",  # a progress bar's timings differ from run to run
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # a warning of the debugger's, not ours
}


class NotebookError(RuntimeError):
    """One or more notebooks failed; the message names cell and error of each."""


class OwnKernel(AsyncKernelManager):
    """Starts this very Python, whatever kernel goes by the name `python3` on this machine."""

    @property
    def kernel_spec(self) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3", language="python")


def execute_all(arguments: list[tuple], jobs: int, progress: bool) -> list[str]:
    """Runs `execute` for each of `arguments`, `jobs` at once; returns what failed, in words.

    Progress is a bar on a terminal, and a line for each notebook elsewhere.
    """
    failures = {}
    with (
        tqdm(total=len(arguments), disable=None if progress else True, unit="notebook") as bar,
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
    ):
        futures = {pool.submit(_timed, *one): one[0] for one in arguments}
        for future in as_completed(futures):
            notebook = futures[future]
            seconds, failure = future.result()
            if failure:
                failures[notebook] = failure
            line = f"{notebook.stem}: {'failed after' if failure else 'done in'} {seconds:.1f} s"
            bar.set_postfix_str(line)
            bar.update()
            if progress and bar.disable:
                print(line, file=sys.stderr, flush=True)
    return [failures[notebook] for notebook in sorted(failures)]


def _timed(*arguments) -> tuple[float, str]:
    """Seconds that `execute` took, and how it failed: empty if it did not."""
    start = time.perf_counter()
    try:
        execute(*arguments)
    except NotebookError as error:
        return time.perf_counter() - start, str(error)
    return time.perf_counter() - start, ""


def execute(notebook: Path, target: Path, parameters: dict, stamp: str) -> None:
    """Writes `target`, the executed copy; NotebookError, and no `target`, if a cell fails."""
    import papermill

    with tempfile.TemporaryDirectory() as folder, _environment(KERNEL_ENVIRONMENT):
        running = Path(folder) / notebook.name
        try:
            executed = papermill.execute_notebook(
                notebook, running, parameters, kernel_name="python3",
                kernel_manager_class=OwnKernel, cwd=project(), progress_bar=False,
                extra_arguments=["--log-level=CRITICAL"],  # the kernel's own log is not ours
            )  # fmt: skip
        except Exception as error:
            raise NotebookError(_describe(notebook, error, _keep(running))) from error
    _make_reproducible(executed)
    executed.metadata["srhm"] = {**executed.metadata.get("srhm", {}), "stamp": stamp}
    replace_text(target, nbformat.writes(executed) + "\n")


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


def _keep(running: Path) -> Path | None:
    """Moves a failed copy to where it can be read; None where there is none."""
    if not running.is_file():
        return None
    kept = project("_build", "failed", running.name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.move(running, kept))


def _describe(notebook: Path, error: Exception, kept: Path | None) -> str:
    """Up to three short lines: which cell, what went wrong, where the whole story is."""
    if hasattr(error, "ename"):
        lines = [line for line in error.source.splitlines() if line.strip()]
        cell = f"the cell that begins with `{lines[0].strip()}`" if lines else "an empty cell"
        reason = f"{error.ename}: {error.evalue}"
    else:
        cell, reason = "its kernel", f"{type(error).__name__}: {error}"
    text = f"{notebook.stem} failed in {cell}:\n    {reason.strip()}"
    return text if kept is None else f"{text}\n    The executed copy, with its traceback: {kept}"
