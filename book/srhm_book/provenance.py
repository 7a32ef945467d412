"""What a figure rests on, in one line below it: how many trainings, which, and how to redraw it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

import pandas as pd
from IPython.display import HTML

from srhm.training.config import RunConfig

TRAINING = ("width", "batch_size", "lr", "stop_loss", "scaling")


def rests_on(
    runs: pd.DataFrame | Mapping[object, pd.DataFrame] | Iterable[pd.DataFrame] | str,
    notebook: str,
    **parameters,
) -> HTML:
    """The line below a figure, as the output of a cell.

    runs: the rows of the store that the figure shows (one frame, or several; a run counts once),
        or, where it shows no trainings, what it rests on, in words.
    notebook: its name, such as "06_lcn_sample_complexity". parameters: an example of what the
    notebook can be run with instead.
    """
    if not isinstance(runs, pd.DataFrame | str):
        frames = list(runs.values() if isinstance(runs, Mapping) else runs)
        runs = pd.concat(frames) if frames else pd.DataFrame()
    link = f'<a href="../../_sources/book/executed/{notebook}.ipynb" download>notebook</a>'
    options = " ".join(f"-p {name} {value}" for name, value in parameters.items())
    command = f"papermill notebooks/{notebook}.ipynb other.ipynb {options}".rstrip()
    basis = html.escape(runs) if isinstance(runs, str) else describe_runs(runs)
    parts = [basis, f"Code: the cell above; {link}.",
             f"Redraw: <code>{html.escape(command)}</code>"]  # fmt: skip
    return HTML(f'<p class="provenance">{" ".join(parts)}</p>')


def describe_runs(runs: pd.DataFrame) -> str:
    """What trained them: "1,204 trainings, 5 to 8 seeds each, 3.1 core hours; width 256, ..."."""
    if runs.empty:
        return "No training."
    runs = runs.drop_duplicates(subset=[c for c in _IDENTITY if c in runs])
    cases = [c for c in _CASES if c in runs]
    seed = "seed_rules" if "seed_rules" in runs else "seed_sample"  # images have no rules
    seeds = runs.groupby(cases, dropna=False)[seed].nunique()
    few, many = int(seeds.min()), int(seeds.max())
    count = f"{few}" if few == many else f"{few} to {many}"
    hours = runs.seconds.sum() / 3600
    return (
        f"{len(runs):,} trainings, {count} seed{'s' if many > 1 else ''} each, "
        f"{hours:.2g} core hours; {_training(runs)}."
    )


_IDENTITY = ("dataset", *RunConfig.names())  # dataset: of images
_CASES = [name for name in _IDENTITY if not name.startswith("seed_")]


def _training(runs: pd.DataFrame) -> str:
    """The most frequent training, and whether there are others."""
    names = [name for name in TRAINING if name in runs]
    frequent = runs.groupby(names, dropna=False).size().idxmax()
    values = frequent if isinstance(frequent, tuple) else (frequent,)
    words = {"batch_size": "batch", "lr": "rate", "stop_loss": "stop at loss"}
    said = [f"{words.get(n, n)} {v:g}" if not isinstance(v, str) else f"{n} {v}"
            for n, v in zip(names, values, strict=True)]  # fmt: skip
    mixed = len(runs.drop_duplicates(names)) > 1
    return ("mostly " if mixed else "") + ", ".join(said)
