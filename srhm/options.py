"""What stands on a command line: numbers and folders, checked as they are read."""

from __future__ import annotations

import dataclasses
from argparse import ArgumentTypeError
from decimal import Decimal, InvalidOperation

MOST_DIGITS = 19  # of an integer: those of 2^63


def whole(text: str) -> int:
    """An integer, also as 1e3 or 2.5e4."""
    try:
        number = Decimal(text)
        if number.adjusted() < MOST_DIGITS and number == number.to_integral_value():
            return int(number)
    except (InvalidOperation, ValueError, OverflowError):
        pass
    raise ArgumentTypeError(
        f"must be an integer of at most {MOST_DIGITS} digits, such as 1000 or 1e3, "
        f"not {_short(text)}"
    )


def whole_or_list(text: str) -> int | str:
    """As `whole`, or a text with commas, as it is."""
    return text if "," in text else whole(text)


def real(text: str) -> float:
    """A number, such as 0.01 or 1e-2."""
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(
            f"must be a number, such as 0.01 or 1e-2, not {_short(text)}"
        ) from None


def add_field(group, field: dataclasses.Field, text: str) -> None:
    """An option for a configuration's field, spelt with underscores or hyphens."""
    names = dict.fromkeys([f"--{field.name}", f"--{field.name.replace('_', '-')}"])
    if field.type == "bool":
        group.add_argument(*names, dest=field.name, action="store_true", help=text)
        return
    kind = next(kind for kind in (int, float, str) if kind.__name__ in field.type)
    parse = (
        whole_or_list if field.type == "int | str" else {int: whole, float: real, str: str}[kind]
    )
    required = field.default is dataclasses.MISSING
    default = " (required)" if required else f" (default {field.default})"
    if field.default is None:  # what stands for it is in the help itself
        default = ""
    group.add_argument(
        *names,
        dest=field.name,
        type=parse,
        default=None if required else field.default,
        required=required,
        metavar=kind.__name__.upper().replace("STR", "NAME"),
        help=(text + default).replace("%", "%%"),
    )


def named(text: str) -> str:
    """The name of a file or folder; an empty one, as of a variable that is not set, is refused.

    To a path it would be the current folder.
    """
    if not text.strip() or "\0" in text:
        raise ArgumentTypeError(f"must be the name of a file or folder, not {text!r}")
    return text


def at_least(least: int):
    """The type of an option that is an integer of at least ``least``."""

    def parse(text: str) -> int:
        number = whole(text)
        if number < least:
            raise ArgumentTypeError(f"must be an integer of at least {least}, not {number}")
        return number

    return parse


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
