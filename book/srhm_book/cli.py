"""The command `srhm-book`: what makes this book. Training and the store are `srhm`'s."""

from __future__ import annotations

import ast
import json
import sys
from contextlib import suppress
from pathlib import Path

from srhm.cli import Parser, add_command, add_device, add_scheduler, add_store, add_workers
from srhm.cli import run_command as run
from srhm.commands import open_filled_store, open_store, where_to_train
from srhm.options import at_least
from srhm.runs.paths import project
from srhm_book.claims.ledger import claims, to_json, to_markdown
from srhm_book.curves import CURVES
from srhm_book.grid_runs import run_grid
from srhm_book.grids import GRIDS
from srhm_book.publish.notebooks import run_notebooks
from srhm_book.publish.pdf import make_pdf


def main(arguments: list[str] | None = None) -> int:
    """Run one command (``arguments`` default to the process's own); returns the exit code."""
    text = "Run the book's notebooks, train what its figures lack, list its claims."
    parser = Parser(prog="srhm-book", description=text)
    adders = parser.add_subparsers(metavar="COMMAND", required=True)
    for add in (_add_run, _add_grid, _add_claims, _add_pdf):
        add(adders)
    return run(parser, arguments)


def _add_run(adders) -> None:
    text = "execute the book's notebooks whose inputs changed"
    parser = add_command(adders, "run", text, _run)
    parser.epilog = "example: srhm-book run 03_learning_curve -p v 8 --profile fresh"
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
    text = "also those that are up to date, and drop edits of an .ipynb that its .py lacks"
    parser.add_argument("--force", action="store_true", help=text)
    add_workers(parser)
    parser.add_argument("--device", metavar="NAME", help="auto, cpu or cuda")


def _run(options) -> None:
    parameters = {}
    for key, text in options.parameters:
        if key in parameters:
            raise ValueError(f"{key} is given twice: as {parameters[key]!r} and as {text!r}.")
        parameters[key] = _value(text)
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
    """A parameter as JSON or Python has it (8, 1e3, true, None, [1, 2], '8'), else a word."""
    for read in (json.loads, ast.literal_eval):
        with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            return read(text)
    return text


def _add_grid(adders) -> None:
    text = "train what the figures' grids still lack, searching each setting's P*"
    parser = add_command(adders, "grid", text, _grid)
    known = ", ".join([*GRIDS, *CURVES])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {known}")
    parser.add_argument("--max-P", type=at_least(1), default=10**6, help="no larger training sets")
    parser.add_argument(
        "--repeats", type=at_least(1), default=3, help="seeds per setting (default 3)"
    )
    text = "also bracket where the sensitivities S_2 and D_2 cross their thresholds"
    parser.add_argument("--sensitivities", action="store_true", help=text)
    add_store(parser)
    add_workers(parser)
    add_scheduler(parser)
    add_device(parser)


def _grid(options) -> None:
    known = [*GRIDS, *CURVES]
    for name in options.names:
        if name not in known:
            raise ValueError(f"grid must be one of {', '.join(known)}, not {name!r}.")
    store = open_store(options)
    scope = options.max_P, options.repeats, options.sensitivities
    with where_to_train(options) as where:
        for name in options.names or known:
            print(f"grid {name}", file=sys.stderr)
            frame = run_grid(name, store, *scope, **where)
            print(f"{name}: {len(frame)} runs in {store.path}")


def _add_claims(adders) -> None:
    text = "the paper's claims and what was found, as a table"
    parser = add_command(adders, "claims", text, _claims)
    parser.add_argument("--json", action="store_true", help="as JSON instead of Markdown")
    add_store(parser)


def _claims(options) -> None:
    project("book", "paper")  # outside of a checkout that is what is said, whatever else lacks
    items = claims(open_filled_store(options), progress=True)
    print(to_json(items) if options.json else to_markdown(items))


def _add_pdf(adders) -> None:
    add_command(adders, "pdf", "print the executed book into one PDF", _pdf)


def _pdf(options) -> None:
    print(f"The PDF: {make_pdf()}")


if __name__ == "__main__":
    sys.exit(main())
