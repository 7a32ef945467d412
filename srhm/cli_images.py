"""The commands on images: `srhm download` and `srhm image`."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from srhm.images.config import IMAGE_FIELD_HELP, ImageRunConfig


def add_download(command, commands) -> None:
    """Adds `srhm download`; ``command`` is what makes a subcommand (see `srhm.cli`)."""
    parser = command(
        commands, "download", "fetch an image set, or what is missing of it", _download
    )
    parser.epilog = "example: srhm download cifar10"
    parser.add_argument("name", metavar="NAME", choices=["cifar10"], help="cifar10 (170 MB)")
    _add_data(parser)


def add_image(command, commands) -> None:
    """Adds `srhm image`."""
    text = "train one classifier of images, keep its row in the store and print it as JSON"
    parser = command(commands, "image", text, _image)
    parser.epilog = "example: srhm image --dataset digits --arch lenet --P 512"
    for field in dataclasses.fields(ImageRunConfig):
        kind = next(kind for kind in (int, float, str) if kind.__name__ in field.type)
        required = field.default is dataclasses.MISSING
        default = f" (default {field.default})" if field.default and not required else ""
        parser.add_argument(
            *dict.fromkeys([f"--{field.name}", f"--{field.name.replace('_', '-')}"]),
            dest=field.name, type=kind, required=required,
            default=None if required else field.default,
            metavar=kind.__name__.upper().replace("STR", "NAME"),
            help=IMAGE_FIELD_HELP[field.name] + (" (required)" if required else default),
        )  # fmt: skip
    text = "the results (default: results/images of the repository)"
    parser.add_argument("--store", metavar="DIR", help=text)
    text = "auto (a GPU if there is one), cpu or cuda (default auto)"
    parser.add_argument("--device", default="auto", metavar="NAME", help=text)
    _add_data(parser)


def _add_data(parser) -> None:
    text = "where CIFAR-10 is, or goes (default: data/ of the repository)"
    parser.add_argument("--data", metavar="DIR", type=Path, help=text)


def _download(options) -> None:
    from srhm.images.sets import download_cifar10

    print(f"CIFAR-10 is in {download_cifar10(options.data)}")


def _image(options) -> None:
    from srhm.images.store import ImageStore, run_images
    from srhm.training.run import resolve_device

    config = ImageRunConfig(**{name: getattr(options, name) for name in ImageRunConfig.names()})
    resolve_device(options.device)
    store = ImageStore(options.store)
    if config not in store:
        print(f"training {config.describe()}", file=sys.stderr)
        run_images([config], store, options.device, options.data, progress=False)
    print(json.dumps(store.get(config), indent=2))
