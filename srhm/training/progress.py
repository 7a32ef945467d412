"""How far one training is, on stderr: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

SECONDS = 10.0  # between two lines where stderr is no terminal


class Epochs:
    """Called after each epoch with its number and its mean loss (nats); a context manager.

    Silent where the environment has TQDM_DISABLE.
    """

    def __init__(self, most: int, seconds: float | None = None):
        self.most, self.seconds = most, SECONDS if seconds is None else seconds
        self.enabled = not os.environ.get("TQDM_DISABLE")
        terminal = sys.stderr.isatty()
        form = "epoch {n_fmt} of at most {total_fmt} |{bar:20}| {elapsed}{postfix}"
        self.bar = tqdm(
            total=most, disable=not (terminal and self.enabled), bar_format=form, leave=False
        )
        self.last = time.monotonic()

    def __enter__(self) -> Epochs:
        return self

    def __exit__(self, *_) -> None:
        self.bar.close()

    def __call__(self, epoch: int, loss: float) -> None:
        text = f"loss {loss:.3g}"
        if not self.bar.disable:
            self.bar.set_postfix_str(text, refresh=False)
            self.bar.update(epoch - self.bar.n)
        elif self.enabled and time.monotonic() - self.last >= self.seconds:
            self.last = time.monotonic()
            print(f"epoch {epoch} of at most {self.most}, {text}", file=sys.stderr, flush=True)


@contextmanager
def told(
    most: int, progress: bool, on_epoch: Callable[[int, float], None] | None
) -> Iterator[Callable[[int, float], None] | None]:
    """What a training of at most ``most`` epochs calls after each: `Epochs` if there is to be
    ``progress``, then ``on_epoch`` if there is one."""
    if not progress:
        yield on_epoch
        return
    with Epochs(most) as bar:

        def both(epoch: int, loss: float) -> None:
            bar(epoch, loss)
            if on_epoch is not None:
                on_epoch(epoch, loss)

        yield both
