"""Results of classifiers of images: their store, and the loop that fills it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from srhm.images.config import ImageRunConfig
from srhm.runs.paths import default_folder
from srhm.runs.store import Store, to_frame


class ImageStore(Store):
    """As `srhm.runs.store.Store`, for `ImageRunConfig`: ``path/<dataset>_<network>.jsonl``.

    By default the folder is results/images of the repository (or, outside of it, of the current
    folder), one deeper than the runs on the SRHM.
    """

    config_type = ImageRunConfig

    def __init__(self, path: str | os.PathLike | None = None):
        super().__init__(default_folder("results", "images") if path is None else path)

    @staticmethod
    def setting_of(config: ImageRunConfig) -> str:
        """The name of the file with the runs of this network on these images."""
        return f"{config.dataset}_{config.arch}"


def run_images(
    configs: Iterable[ImageRunConfig],
    store: ImageStore | None,
    device: str = "auto",
    folder: str | Path | None = None,
    progress: bool = True,
    on_run: Callable[[ImageRunConfig], None] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
) -> pd.DataFrame:
    """Train every configuration that ``store`` does not hold yet, one after the other.

    store: written the moment a run ends, so that a second call goes on where one was stopped; None
        keeps nothing.
    folder: where the image sets' files are; see `srhm.images.sets.load_images`.
    progress: a bar over the runs; on_run: called with each before it is trained; on_epoch: as for
        `srhm.images.train.train_on_images`.

    Returns one row per distinct configuration, in their order. All of `train_on_images`'s errors
    come before the first training.
    """
    distinct = {config.key: config for config in configs}
    rows = {} if store is None else {key: store.get(c) for key, c in distinct.items()}
    missing = [config for key, config in distinct.items() if rows.get(key) is None]
    if missing:
        from srhm.images.sets import load_images
        from srhm.images.train import train_on_images  # imports torch and torchvision

        sets = {name: load_images(name, folder) for name in {c.dataset for c in missing}}
        if store is not None:
            store.check_writable()
        shown = progress and not os.environ.get("TQDM_DISABLE")
        with tqdm(missing, disable=not shown, unit="run") as bar:
            for config in bar:
                bar.set_postfix_str(config.describe())
                if on_run is not None:
                    on_run(config)
                rows[config.key] = train_on_images(
                    config, device, sets[config.dataset], on_epoch=on_epoch
                )
                if store is not None:
                    store.put(rows[config.key])
    return to_frame((rows[key] for key in distinct), ImageRunConfig)
