"""One training watched: test error and sensitivities at steps spaced evenly in their logarithm."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd
import torch

from srhm.data.randomness import typed
from srhm.engine.sparse import encode, evaluate
from srhm.runs.pool import SpawnPool, num_cores
from srhm.runs.sweep import check_workers
from srhm.training.config import SEED_FIELDS, RunConfig
from srhm.training.observables import observe, sparse_activations
from srhm.training.run import fit, prepare, resolve_device
from srhm.training.threads import num_threads


@typed
def trace(config: RunConfig, per_octave: int = 4, device: str = "auto") -> pd.DataFrame:
    """Train as `srhm.training.run.train` does, and measure on the way.

    Watching does not change the training: the last row is what `train` finds.

    Parameters
    ----------
    per_octave: measurements per doubling of the number of steps.

    Returns
    -------
    One row a measurement, the untrained network (step 0) first and the final one last: ``step``,
    ``epoch`` (a fraction), ``test_loss`` (nats), ``test_error``, the sensitivities as in
    `srhm.training.observables.sensitivities`; and, the same in all rows, ``status``, ``arch`` and
    seeds.

    Raises
    ------
    ValueError
        For a ``per_octave`` that is no positive integer, or an impossible device.
    """
    if type(per_octave) is not int or per_octave < 1:
        raise ValueError(f"per_octave must be an integer of at least 1, not {per_octave!r}.")
    with num_threads(1):
        return _trace(config, per_octave, resolve_device(device))


def _trace(config: RunConfig, per_octave: int, place: torch.device) -> pd.DataFrame:
    engine, data, test_set = prepare(config, place)
    test = encode(engine.net, test_set, place)
    rows = []

    def measure(step: int) -> None:
        loss, error = evaluate(engine, test)
        found = observe(config.task, sparse_activations(engine), test_set, config.seed_sample)
        rows.append({"step": step, "test_loss": loss, "test_error": error, **found})

    def watch(step: int) -> None:
        if is_due(step, per_octave):
            measure(step)

    measure(0)
    result = fit(engine, data, config, watch)
    if rows[-1]["step"] < result["steps"]:
        measure(result["steps"])
    frame = pd.DataFrame(rows)
    frame.insert(1, "epoch", frame.step * result["epochs"] / result["steps"])
    constant = {name: getattr(config, name) for name in ("arch", *SEED_FIELDS)}
    return frame.assign(status=result["status"], **constant)


def is_due(step: int, per_octave: int) -> bool:
    """Whether ``step`` (from 1) is one of the integers round(2^(i / per_octave)), i = 0, 1, ..."""
    i = round(math.log2(step) * per_octave)
    return any(round(2 ** (j / per_octave)) == step for j in (i - 1, i, i + 1))


def trace_all(
    configs: Iterable[RunConfig],
    per_octave: int = 4,
    device: str = "auto",
    workers: int | None = None,
) -> pd.DataFrame:
    """The traces of several trainings, in parallel processes, below one another in one frame.

    workers: number of processes, one a core by default; with 1 everything happens in this process.
    """
    configs = list(configs)
    check_workers(workers)
    workers = min(workers or num_cores(), len(configs))
    if workers <= 1:
        return pd.concat([trace(c, per_octave, device) for c in configs], ignore_index=True)
    pool = SpawnPool(workers)
    try:
        waiting = [pool.submit(trace, config, per_octave, device) for config in configs]
        return pd.concat([future.result() for future in waiting], ignore_index=True)
    finally:
        pool.close()
