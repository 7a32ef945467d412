"""What a caller of a notebook may ask of its trainings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from srhm.runs.sweep import check_workers
from srhm.training.run import resolve_device


def training_options(profile: str, workers: int | None, device: str) -> dict:
    """The options of `srhm.runs.sweep.sweep` and `srhm.runs.search.search`.

    The toys of the profile "smoke" train in this process: starting others would take longer.
    Checked where a notebook begins: from the store nothing is trained until its last cells.

    Raises
    ------
    ValueError
        For a negative number of ``workers``, or a ``device`` that there is not.
    """
    check_workers(workers)
    resolve_device(device)
    here = {"executor": ThreadPoolExecutor(1)} if profile == "smoke" else {}
    return {"workers": workers, "device": device} | here
