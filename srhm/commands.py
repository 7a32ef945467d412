"""What each command of `srhm` does, given its options. The options are in `srhm.cli`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srhm.config import FIELD_HELP, RunConfig


def _store(options):
    from srhm.paths import project
    from srhm.store import Store

    return Store(project("results") if options.store is None else options.store)


@contextmanager
def _cluster(options) -> Iterator[dict]:
    """Where a sweep trains, as its keywords: processes of this machine, or a dask cluster."""
    where = {"workers": options.workers, "device": options.device}
    if options.scheduler is None:
        yield where
        return
    if options.workers is not None:
        raise ValueError("workers must not be given with scheduler: the cluster has its own.")
    from srhm.cluster import cluster_executor

    with cluster_executor(options.scheduler) as executor:
        yield where | {"executor": executor}


def train(options) -> None:
    """Train one network, or take it from the store; print its row."""
    config = RunConfig(**{name: getattr(options, name) for name in FIELD_HELP})
    from srhm.sweep import describe
    from srhm.training import resolve_device
    from srhm.training import train as run

    resolve_device(options.device)
    store = None if options.store is None else _store(options)
    row = None if store is None else store.get(config)
    if row is None:
        if store is not None:
            store.check_writable()
        print(f"training {describe(config)}", file=sys.stderr)
        row = run(config, options.device)
        if store is not None:
            store.put(row)
    print(json.dumps(row, indent=2))


def sweep(options) -> None:
    """Train what a YAML file asks for."""
    from srhm.sweep import sweep as run
    from srhm.sweepfile import read_sweep

    configs, store = read_sweep(options.file), _store(options)
    with _cluster(options) as where:
        frame = run(configs, store, **where)
    counts = frame.status.value_counts().sort_index()
    statuses = ", ".join(f"{count} {status}" for status, count in counts.items())
    print(f"{len(frame)} runs in {store.path}: {statuses}")


def grid(options) -> None:
    """Train what the figures' grids lack."""
    from srhm.grids import CURVES, GRIDS, run_grid

    known = [*GRIDS, *CURVES]
    for name in options.names:
        if name not in known:
            raise ValueError(f"grid must be one of {', '.join(known)}, not {name!r}.")
    store = _store(options)
    scope = options.max_P, options.repeats, options.sensitivities
    with _cluster(options) as where:
        for name in options.names or known:
            print(f"grid {name}", file=sys.stderr)
            frame = run_grid(name, store, *scope, **where)
            print(f"{name}: {len(frame)} runs in {store.path}")


def verify(options) -> int:
    """Train stored runs again and compare; 1 when one does not agree."""
    from srhm.checks import verify

    table = verify(
        _store(options), options.n, options.seed, device=options.device, workers=options.workers
    )
    shown = ["arch", "s", "L", "s0", "v", "P", "seed_rules"]
    print(table[[*shown, "stored", "live", "tolerance", "agrees"]].to_string(index=False))
    return 0 if table.agrees.all() else 1


def merge(options) -> int:
    """Bring in records from elsewhere; 1 when one is refused."""
    from srhm.image_store import ImageStore
    from srhm.store import merge

    store = _store(options)
    report = merge(options.files, store, ImageStore(store.path / "images"))
    for name, reason in report.refused.items():
        print(f"srhm: refused {name}: {reason}", file=sys.stderr)
    print(
        f"{report.added} added to {store.path}, {report.already_there} already there, "
        f"{len(report.refused)} refused"
    )
    return 1 if report.refused else 0


def notebooks(options) -> None:
    """Execute notebooks whose inputs changed."""
    from srhm.notebooks import run_notebooks

    parameters = {key: _value(text) for key, text in options.parameters}
    outcomes = run_notebooks(
        options.names or None,
        parameters,
        out="book/executed" if options.out is None else Path(options.out).absolute(),
        profile=options.profile,
        force=options.force,
        workers=options.workers,
        device=options.device,
    )
    for outcome in outcomes:
        print(f"{outcome.path}: {'executed' if outcome.executed else 'up to date'}")


def _value(text: str):
    """A parameter as Python: numbers (also 1e3), true, false, null, [lists], or a word."""
    import yaml

    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def claims(options) -> None:
    """Print all claims."""
    from srhm.claims import claims, to_json, to_markdown

    items = claims(_store(options))
    print(to_json(items) if options.json else to_markdown(items))
