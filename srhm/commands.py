"""What each command of `srhm` does, given its options. The options are in `srhm.cli`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from srhm.training.config import FIELD_HELP, RunConfig


def open_store(options):
    from srhm.runs.paths import default_folder
    from srhm.runs.store import Store

    return Store(default_folder("results") if options.store is None else options.store)


def open_filled_store(options):
    """As `open_store`; FileNotFoundError where the folder is not there, to be read from."""
    store = open_store(options)
    if not store.path.is_dir():
        raise FileNotFoundError(f"There is no results folder {str(store.path)!r} (see --store).")
    return store


@contextmanager
def where_to_train(options) -> Iterator[dict]:
    """Where a sweep trains, as its keywords: processes of this machine, or a dask cluster."""
    where = {"workers": options.workers, "device": options.device}
    if options.scheduler is None:
        yield where
        return
    if options.workers is not None:
        raise ValueError("workers must not be given with scheduler: the cluster has its own.")
    from srhm.runs.cluster import cluster_executor

    with cluster_executor(options.scheduler) as executor:
        yield where | {"executor": executor}


def train(options) -> None:
    """Train one network, or take it from the store; print its row."""
    config = RunConfig(**{name: getattr(options, name) for name in FIELD_HELP})
    from srhm.training.memory import check_memory
    from srhm.training.run import resolve_device
    from srhm.training.run import train as run

    check_memory(config, resolve_device(options.device))
    store = None if options.store is None else open_store(options)
    row = None if store is None else store.get(config)
    if row is None:
        if store is not None:
            store.check_writable(config)
        print(f"training {config.describe()}", file=sys.stderr)
        row = run(config, options.device, options.threads, progress=True)
        if store is not None:
            store.put(row)
    print(json.dumps(row, indent=2))


def sweep(options) -> None:
    """Train what a YAML file asks for."""
    from srhm.runs.sweep import sweep as run
    from srhm.runs.sweepfile import read_sweep

    configs, store = read_sweep(options.file), open_store(options)
    with where_to_train(options) as where:
        frame = run(configs, store, **where)
    counts = frame.status.value_counts().sort_index()
    statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
    print(f"{len(frame)} runs in {store.path}: {statuses}")


def verify(options) -> int:
    """Train stored runs again and compare; 1 when one does not agree."""
    from srhm.runs.checks import verify

    table = verify(
        open_store(options), options.n, options.seed, device=options.device, workers=options.workers
    )
    shown = ["arch", "s", "L", "s0", "v", "P", "seed_rules"]
    print(table[[*shown, "stored", "live", "tolerance", "agrees"]].to_string(index=False))
    return 0 if table.agrees.all() else 1


def merge(options) -> int:
    """Bring in records from elsewhere; 1 when one is refused."""
    from srhm.images.store import ImageStore
    from srhm.runs.store import merge

    store = open_store(options)
    report = merge(options.files, store, ImageStore(store.path / "images"))
    for name, reason in report.refused.items():
        print(f"srhm: refused {name}: {reason}", file=sys.stderr)
    print(
        f"{report.added} added to {store.path}, {report.already_there} already there, "
        f"{len(report.refused)} refused"
    )
    return 1 if report.refused else 0
