"""How many threads a training's arithmetic takes, without a trace in the rest of the process."""

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
