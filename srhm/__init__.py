"""The Sparse Random Hierarchy Model: data, networks, training and observables, small and exact.

Everything below is imported when it is first used, so that `import srhm` waits for neither torch
nor pandas.
"""

import importlib

_HOMES = {
    "CNN": "networks.patch",
    "FCN": "networks.patch",
    "LCN": "networks.patch",
    "OneHotDataset": "data.encoding",
    "RunConfig": "training.config",
    "SRHM": "data.task",
    "Samples": "data.samples",
    "Store": "runs.store",
    "Target": "runs.search",
    "build_network": "networks.patch",
    "learning_curve": "stats.curves",
    "live_check": "runs.checks",
    "load_network": "runs.saved_networks",
    "merge": "runs.store",
    "rows_of": "runs.search",
    "run_at": "runs.search",
    "sample_complexity": "stats.curves",
    "save_network": "runs.saved_networks",
    "search": "runs.search",
    "sensitivities": "training.observables",
    "sensitivities_of": "training.observables",
    "stored_searches": "runs.search",
    "sweep": "runs.sweep",
    "train": "training.run",
    "untrained_network": "runs.saved_networks",
    "verify": "runs.checks",
}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name in _HOMES:
        return getattr(importlib.import_module(f"srhm.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'srhm' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
