"""The command `srhm`: its options and its help. What it then does is in `srhm.commands`.

What a command prints is on stdout; progress, warnings and errors are on stderr. Exit code 0: done;
1: done, and something did not agree or was refused; 2: an error, in one sentence.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import warnings

from srhm import commands
from srhm.cli_images import add_download, add_image
from srhm.config import FIELD_HELP, RunConfig

DESCRIPTION = """\
The Sparse Random Hierarchy Model (Tomasini & Wyart 2024): train networks on it, keep the results,
and make the book that reproduces the paper.

The paper's symbols:
"""
GROUPS = {
    "the task": ("v", "s", "L", "s0", "n_c", "m", "sparsity"),
    "the network": ("arch", "width", "scaling"),
    "the training": (
        "P", "batch_size", "balanced", "lr", "momentum", "stop_loss", "stop_every", "max_epochs",
        "num_test", "test_every",
    ),
    "the seeds (one of each makes a repetition)": ("seed_rules", "seed_sample", "seed_init"),
}  # fmt: skip
NOT_FIELDS = {
    "d": "input size, (s (s0 + 1))^L positions, of which s^L are informative",
    "P*": "sample complexity: the P at which the test error reaches 10 %",
    "S_k_l": "sensitivity of layer k to exchanged synonyms at level l (l = 1: the input)",
    "D_k_l": "sensitivity of layer k to displaced features (diffeomorphisms) at level l",
}
EXTRAS = {  # which of the package's extras has a module; the others are the book's
    "dask": "cluster", "distributed": "cluster", "torchvision": "images", "sklearn": "images",
}  # fmt: skip


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that keeps the line breaks of descriptions, and leaves room for the options."""

    def __init__(self, prog: str):
        super().__init__(prog, max_help_position=40, width=100)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def __init__(self, *arguments, **keywords):
        super().__init__(
            *arguments,
            allow_abbrev=False,
            formatter_class=_Help,
            **keywords,
        )

    def error(self, message: str):
        self.exit(2, f"srhm: error: {message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command (``arguments`` default to the process's own); returns the exit code."""
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        from srhm.store import StoreWarning

        warnings.simplefilter("always", StoreWarning)
        warnings.showwarning = _show_warning
        try:
            return options.run(options) or 0
        except KeyboardInterrupt:
            print("srhm: interrupted; what had finished is kept", file=sys.stderr)
            return 130
        except ModuleNotFoundError as error:
            extra = EXTRAS.get(error.name, "book")
            message = f"{error.name} is not installed; pip install 'srhm[{extra}]' has it."
        except (ValueError, OSError, RuntimeError) as error:
            message = str(error)
    print(f"srhm: error: {message}", file=sys.stderr)
    return 2


def _show_warning(message, *_):
    print(f"srhm: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    symbols = FIELD_HELP | NOT_FIELDS
    shown = [*GROUPS["the task"], "P", *NOT_FIELDS]
    table = "\n".join(f"  {name:9} {symbols[name]}" for name in shown)
    parser = _Parser(prog="srhm", description=DESCRIPTION + table)
    adders = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (
        _add_train,
        _add_sweep,
        _add_grid,
        _add_verify,
        _add_merge,
        _add_notebooks,
        _add_claims,
    ):
        add(adders)
    add_image(_command, adders)
    add_download(_command, adders)
    return parser


def _add_train(adders) -> None:
    example = "example: srhm train --arch cnn --v 6 --s0 1 --P 2000"
    parser = _command(
        adders, "train", "train one network and print its row as JSON", commands.train
    )
    parser.epilog = example
    fields = {field.name: field for field in dataclasses.fields(RunConfig)}
    for title, names in GROUPS.items():
        group = parser.add_argument_group(title)
        for name in names:
            _add_field(group, fields[name])
    _add_device(parser)
    parser.add_argument(
        "--store", metavar="DIR", help="keep the row in DIR, or take it from there if it is there"
    )


def _add_field(group, field: dataclasses.Field) -> None:
    if field.type == "bool":
        group.add_argument(f"--{field.name}", action="store_true", help=FIELD_HELP[field.name])
        return
    kind = next(kind for kind in (int, float, str) if kind.__name__ in field.type)
    required = field.default is dataclasses.MISSING
    default = " (required)" if required else f" (default {field.default})"
    if field.default is None:  # what stands for it is in the help itself
        default = ""
    group.add_argument(
        *dict.fromkeys([f"--{field.name}", f"--{_hyphened(field.name)}"]),
        dest=field.name,
        type=kind,
        default=None if required else field.default,
        required=required,
        metavar=kind.__name__.upper().replace("STR", "NAME"),
        help=(FIELD_HELP[field.name] + default).replace("%", "%%"),
    )


def _hyphened(name: str) -> str:
    return name if name == "n_c" else name.replace("_", "-")


def _add_sweep(adders) -> None:
    from srhm import sweepfile

    parser = _command(adders, "sweep", "train what a grid of runs still lacks", commands.sweep)
    parser.epilog = sweepfile.__doc__
    parser.add_argument("file", metavar="FILE.yml", help="the grid (see below)")
    _add_store(parser)
    _add_workers(parser)
    _add_scheduler(parser)
    _add_device(parser)


def _add_grid(adders) -> None:
    from srhm.grids import CURVES, GRIDS

    text = "train what the figures' grids still lack, searching each setting's P*"
    parser = _command(adders, "grid", text, commands.grid)
    known = [*GRIDS, *CURVES]
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(known)}"
    )
    parser.add_argument("--max-P", type=int, default=10**6, help="no larger training sets")
    parser.add_argument("--repeats", type=int, default=3, help="seeds per setting (default 3)")
    text = "also bracket where the sensitivities S_2 and D_2 cross their thresholds"
    parser.add_argument("--sensitivities", action="store_true", help=text)
    _add_store(parser)
    _add_workers(parser)
    _add_scheduler(parser)
    _add_device(parser)


def _add_verify(adders) -> None:
    text = "train a few stored runs again and compare"
    parser = _command(adders, "verify", text, commands.verify)
    parser.add_argument("--n", type=int, default=3, help="how many (default 3)")
    parser.add_argument("--seed", type=int, default=0, help="which ones are drawn (default 0)")
    _add_store(parser)
    _add_workers(parser)
    _add_device(parser)


def _add_merge(adders) -> None:
    text = "bring in runs that finished elsewhere"
    parser = _command(adders, "merge", text, commands.merge)
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="records, .jsonl bundles, or folders of them"
    )
    _add_store(parser)


def _add_notebooks(adders) -> None:
    text = "execute the book's notebooks whose inputs changed"
    parser = _command(adders, "notebooks", text, commands.notebooks)
    parser.epilog = "example: srhm notebooks 03_learning_curve -p v 8 --profile fresh"
    parser.add_argument("names", nargs="*", metavar="NAME", help="which ones (default: all)")
    parser.add_argument(
        "-p", nargs=2, action="append", default=[], metavar=("KEY", "VALUE"), dest="parameters",
        help="set a parameter of the notebooks' parameters cell",
    )  # fmt: skip
    parser.add_argument(
        "--profile", metavar="NAME",
        help="book: from the store; fresh: a reduced grid trained anew; smoke: seconds",
    )  # fmt: skip
    parser.add_argument("--out", metavar="DIR", help="where to put them (default: book/executed)")
    parser.add_argument("--force", action="store_true", help="also those that are up to date")
    _add_workers(parser)
    parser.add_argument("--device", metavar="NAME", help="auto, cpu or cuda")


def _add_claims(adders) -> None:
    text = "the paper's claims and what was found, as a table"
    parser = _command(adders, "claims", text, commands.claims)
    parser.add_argument("--json", action="store_true", help="as JSON instead of Markdown")
    _add_store(parser)


def _command(adders, name: str, text: str, run) -> argparse.ArgumentParser:
    parser = adders.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def _add_store(parser) -> None:
    text = "the results (default: results/ of the repository)"
    parser.add_argument("--store", metavar="DIR", help=text)


def _add_workers(parser) -> None:
    text = "processes at once (default: one per core)"
    parser.add_argument("--workers", type=int, metavar="N", help=text)


def _add_scheduler(parser) -> None:
    text = "train on a dask cluster, e.g. tcp://node:8786 (needs 'srhm[cluster]')"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=text)


def _add_device(parser) -> None:
    text = "auto (a GPU if there is one), cpu or cuda (default auto)"
    parser.add_argument("--device", default="auto", metavar="NAME", help=text)


if __name__ == "__main__":
    sys.exit(main())
