"""How a training's arithmetic is done on a CPU, without a trace in the rest of the process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from srhm.data.randomness import check_int
from srhm.networks.names import CONVERTED


def threads_for(arch: str, asked: int | None) -> int:
    """``asked``, or by default one for the patch networks, and torch's own number for the others.

    Two threads wait for each other after every one of the small products of a patch network. On an
    idle machine they bring nothing at the widths used here, and on a busy one they cost tenfold.

    Raises
    ------
    ValueError
        For ``asked`` that is no positive integer.
    """
    if asked is not None:
        return check_int("threads", asked, 1, 1024)
    return torch.get_num_threads() if arch in CONVERTED else 1


@contextmanager
def num_threads(number: int) -> Iterator[None]:
    """Inside, torch's arithmetic takes ``number`` threads; afterwards as many as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def flushed_denormals() -> Iterator[None]:
    """Inside, denormal numbers are zero; afterwards as before. Also to be had as a decorator.

    Momenta of unused weights decay towards denormals, on which CPUs are slow.
    """
    smallest_normal = torch.tensor(torch.finfo(torch.float32).tiny)
    before = (smallest_normal * 0.5).item() == 0  # torch has no other way to ask
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)
