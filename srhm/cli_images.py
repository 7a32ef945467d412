"""The commands on images: `srhm download` and `srhm image`."""

from __future__ import annotations

import dataclasses
import json
import sys

from srhm.images.config import IMAGE_FIELD_HELP, ImageRunConfig
from srhm.options import add_field, named


def add_download(command, commands) -> None:
    """Adds `srhm download`; ``command`` is what makes a subcommand (see `srhm.cli`)."""
    parser = command(
        commands, "download", "fetch an image set, or what is missing of it", _download
    )
    parser.epilog = "example: srhm download cifar10"
    text = "cifar10 (170 MB) or fashion_mnist (31 MB)"
    parser.add_argument("name", metavar="NAME", choices=["cifar10", "fashion_mnist"], help=text)
    _add_data(parser)


def add_image(command, commands) -> None:
    """Adds `srhm image`."""
    text = "train one classifier of images, keep its row in the store and print it as JSON"
    parser = command(commands, "image", text, _image)
    parser.epilog = "example: srhm image --dataset cifar10 --arch lenet --P 1000"
    for field in dataclasses.fields(ImageRunConfig):
        add_field(parser, field, IMAGE_FIELD_HELP[field.name])
    text = "the results (default: results/images of the repository, or of the current folder)"
    parser.add_argument("--store", type=named, metavar="DIR", help=text)
    text = "auto (a GPU if there is one), cpu or cuda (default auto)"
    parser.add_argument("--device", default="auto", metavar="NAME", help=text)
    _add_data(parser)


def _add_data(parser) -> None:
    text = (
        "where image sets are, or go (default: data/ of the repository, or of the current folder)"
    )
    parser.add_argument("--data", metavar="DIR", type=named, help=text)


def _download(options) -> None:
    from srhm.images.cifar import download_cifar10
    from srhm.images.fashion import download_fashion_mnist

    if options.name == "cifar10":
        print(f"CIFAR-10 is in {download_cifar10(options.data)}")
    else:
        print(f"Fashion-MNIST is in {download_fashion_mnist(options.data)}")


def _image(options) -> None:
    from tqdm import tqdm

    from srhm.images.store import ImageStore, run_images
    from srhm.training.progress import Epochs
    from srhm.training.run import resolve_device

    config = ImageRunConfig(**{name: getattr(options, name) for name in ImageRunConfig.names()})
    resolve_device(options.device)
    store = ImageStore(options.store)
    if config not in store:
        with Epochs(config.epochs) as progress:
            run_images(
                [config], store, options.device, options.data, progress=False,
                on_run=lambda run: tqdm.write(f"training {run.describe()}", file=sys.stderr),
                on_epoch=progress,
            )  # fmt: skip
    print(json.dumps(store.get(config), indent=2))
