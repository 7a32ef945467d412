"""The Sparse Random Hierarchy Model: data, networks, training and observables, small and exact."""

import importlib

from srhm.adaptive import Target, search, stored
from srhm.analysis import sample_complexity
from srhm.checks import live_check, verify
from srhm.config import RunConfig
from srhm.store import Store, merge
from srhm.sweep import sweep
from srhm.task import SRHM, Samples

# These need torch, which takes seconds to import: looked up on first use, so that reading results
# and `srhm --help` do not wait for it.
_LAZY = {
    "CNN": "networks",
    "FCN": "networks",
    "LCN": "networks",
    "build_network": "networks",
    "sensitivities": "observables",
    "train": "training",
}

__all__ = [
    "CNN",
    "FCN",
    "LCN",
    "SRHM",
    "RunConfig",
    "Samples",
    "Store",
    "Target",
    "build_network",
    "live_check",
    "merge",
    "sample_complexity",
    "search",
    "sensitivities",
    "stored",
    "sweep",
    "train",
    "verify",
]


def __getattr__(name: str):
    if name in _LAZY:
        return getattr(importlib.import_module(f"srhm.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'srhm' has no attribute {name!r}")
