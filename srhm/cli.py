"""The command `srhm`: its options and its help. What it then does is in `srhm.commands`.

What a command prints is on stdout; progress, warnings and errors are on stderr. Exit code 0: done;
1: done, and something did not agree or was refused; 2: an error, in one sentence; 130, 143: stopped
by Ctrl-C, or by SIGTERM.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
import warnings

from srhm import commands
from srhm.cli_images import add_download, add_image
from srhm.options import add_field, at_least, named
from srhm.runs import sweepfile
from srhm.runs.store import StoreWarning
from srhm.stopping import Terminated, sigterm_as_interrupt
from srhm.training.config import FIELD_HELP, RunConfig

DESCRIPTION = """\
The Sparse Random Hierarchy Model (Tomasini & Wyart 2024): train networks on it, keep the results,
and make the book that reproduces the paper.

The paper's symbols:
"""
GROUPS = {
    "the task": ("v", "s", "L", "s0", "n_c", "m", "sparsity", "rule_kind", "zipf",
                 "displacement_ratio"),
    "the network": ("arch", "width", "scaling", "depth", "tied"),
    "the training": (
        "P", "batch_size", "balanced", "lr", "momentum", "alpha", "stop_loss", "stop_every",
        "max_epochs", "num_test", "test_every",
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
    "dask": "cluster", "distributed": "cluster", "torchvision": "images",
}  # fmt: skip


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help that keeps the line breaks of descriptions, and leaves room for the options."""

    def __init__(self, prog: str):
        super().__init__(prog, max_help_position=40, width=100)


class _Once(argparse._StoreAction):
    """An option's value; a second one is refused, where argparse would silently take it."""

    def __call__(self, parser, options, value, name=None):
        given = vars(options).setdefault("_given", {})
        if name is not None and self.dest in given:
            text = f"is given twice: as {given[self.dest]} and as {value}"
            raise argparse.ArgumentError(self, text)
        given[self.dest] = value
        super().__call__(parser, options, value, name)


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and whose options are given once."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, allow_abbrev=False, formatter_class=_Help, **keywords)
        self.register("action", None, _Once)

    def error(self, message: str):
        self.exit(2, f"srhm: error: {message} (see {self.prog} --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one command (``arguments`` default to the process's own); returns the exit code."""
    return run_command(_parser(), arguments)


def run_command(parser: Parser, arguments: list[str] | None = None) -> int:
    """Run the command that ``arguments`` ask for; what goes wrong is one sentence on stderr."""
    for stream in (sys.stdout, sys.stderr):  # whatever the locale: a file shall be UTF-8
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    options = parser.parse_args(arguments)
    with warnings.catch_warnings(), sigterm_as_interrupt():
        warnings.simplefilter("always", StoreWarning)
        warnings.showwarning = _show_warning
        try:
            code = options.run(options) or 0
            sys.stdout.flush()
            return code
        except Terminated:
            print("srhm: terminated; what had finished is kept", file=sys.stderr)
            return 143
        except KeyboardInterrupt:
            print("srhm: interrupted; what had finished is kept", file=sys.stderr)
            return 130
        except (ImportError, ValueError, OSError, RuntimeError, MemoryError) as error:
            message = _sentence(error)
    print(f"srhm: error: {message}", file=sys.stderr)
    return 2


def _sentence(error: Exception) -> str:
    """What went wrong, in a sentence (one a line where several notebooks failed)."""
    if isinstance(error, ModuleNotFoundError):
        extra = EXTRAS.get(error.name, "book")
        return f"{error.name} is not installed; pip install 'srhm[{extra}]' has it."
    if isinstance(error, MemoryError):
        return f"there is not enough memory ({error})." if str(error) else "memory has run out."
    if isinstance(error, OSError) and error.filename is not None:
        return f"{str(error.filename)!r}: {error.strerror or error}."
    # What has no name is no file: a full disk, or a closed pipe, behind stdout.
    if isinstance(error, OSError) and error.errno:
        _drop_output()
        return f"the output cannot be written: {error.strerror}."
    return str(error)


def _drop_output() -> None:
    """Python shall not try once more, at its end, to write what it could not."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show_warning(message, *_):
    print(f"srhm: warning: {message}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    symbols = FIELD_HELP | NOT_FIELDS
    shown = [*GROUPS["the task"], "P", *NOT_FIELDS]
    table = "\n".join(f"  {name:9} {symbols[name]}" for name in shown)
    parser = Parser(prog="srhm", description=DESCRIPTION + table)
    adders = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_add_train, _add_sweep, _add_verify, _add_merge):
        add(adders)
    add_image(add_command, adders)
    add_download(add_command, adders)
    return parser


def _add_train(adders) -> None:
    example = "example: srhm train --arch cnn --v 6 --s0 1 --P 2000"
    parser = add_command(
        adders, "train", "train one network and print its row as JSON", commands.train
    )
    parser.epilog = example
    fields = {field.name: field for field in dataclasses.fields(RunConfig)}
    for title, names in GROUPS.items():
        group = parser.add_argument_group(title)
        for name in names:
            add_field(group, fields[name], FIELD_HELP[name])
    add_device(parser)
    text = "threads of the arithmetic on a CPU (default 1; for common architectures torch's own)"
    parser.add_argument("--threads", type=at_least(1), metavar="N", help=text)
    text = "keep the row in DIR, or take it from there if it is there"
    parser.add_argument("--store", type=named, metavar="DIR", help=text)


def _add_sweep(adders) -> None:
    parser = add_command(adders, "sweep", "train what a grid of runs still lacks", commands.sweep)
    parser.epilog = sweepfile.__doc__
    parser.add_argument("file", metavar="FILE.yml", help="the grid (see below)")
    add_store(parser)
    add_workers(parser)
    add_scheduler(parser)
    add_device(parser)


def _add_verify(adders) -> None:
    text = "train a few stored runs again and compare"
    parser = add_command(adders, "verify", text, commands.verify)
    parser.add_argument("--n", type=at_least(1), default=3, help="how many (default 3)")
    parser.add_argument(
        "--seed", type=at_least(0), default=0, help="which ones are drawn (default 0)"
    )
    add_store(parser)
    add_workers(parser)
    add_device(parser)


def _add_merge(adders) -> None:
    text = "bring in runs that finished elsewhere"
    parser = add_command(adders, "merge", text, commands.merge)
    parser.add_argument(
        "files",
        nargs="+",
        type=named,
        metavar="FILE",
        help="records, .jsonl bundles, or folders of them",
    )
    add_store(parser)


def add_command(adders, name: str, text: str, run) -> argparse.ArgumentParser:
    """A subcommand that calls ``run`` with its options; ``text`` says what it does."""
    parser = adders.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def add_store(parser) -> None:
    text = "the results (default: results/ of the repository, or of the current folder)"
    parser.add_argument("--store", type=named, metavar="DIR", help=text)


def add_workers(parser) -> None:
    text = "processes at once (default: one per core)"
    parser.add_argument("--workers", type=at_least(0), metavar="N", help=text)


def add_scheduler(parser) -> None:
    text = "train on a dask cluster, e.g. tcp://node:8786 (needs 'srhm[cluster]')"
    parser.add_argument("--scheduler", metavar="ADDRESS", help=text)


def add_device(parser) -> None:
    text = "auto (a GPU if there is one), cpu or cuda (default auto)"
    parser.add_argument("--device", default="auto", metavar="NAME", help=text)


if __name__ == "__main__":
    sys.exit(main())
