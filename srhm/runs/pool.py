"""Processes for the sweep: spawned, single-threaded, and independent of each other's deaths.

The standard library's pool is one unit: when one of its processes dies (killed, out of memory), all
runs in flight are lost and nobody knows which of them was to blame. Here each slot is a pool of one
process, so a death costs one run and names it. This module is what a new process imports first: it
holds nothing but the standard library.

A process imports what it is asked to call, and nothing of the script that asks: the standard
library would run the script's body again in every process, unless it stands below
`if __name__ == "__main__":`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import types
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

_THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_SPAWN = multiprocessing.get_context("spawn")


def num_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class SpawnPool(ThreadPoolExecutor):
    """An executor of ``workers`` spawned processes, one thread of arithmetic each.

    What it calls must be importable: not of the script itself, nor a lambda.

    A process that dies fails its own future alone, with `BrokenExecutor`; its slot gets a new
    process. The processes end by themselves as soon as this one is gone, however it went.
    """

    def __init__(self, workers: int):
        super().__init__(max_workers=workers, thread_name_prefix="srhm-slot")
        self._pools: dict[int, ProcessPoolExecutor] = {}  # of one process, for each thread here
        self._spawning = threading.Lock()
        # The processes hold the reading end: it reports the end of file when this process closes
        # the other one, or dies.
        self._lifeline, self._hold = _SPAWN.Pipe(duplex=False)

    def submit(self, function, /, *arguments) -> Future:
        """Call ``function(*arguments)`` in a process of the pool."""
        return super().submit(self._in_process, function, arguments)

    def _in_process(self, function, arguments):
        slot = threading.get_ident()
        try:
            with self._spawning, _one_thread(), _main_hidden():
                if slot not in self._pools:
                    self._pools[slot] = ProcessPoolExecutor(
                        1, _SPAWN, initializer=_start, initargs=(os.getpid(), self._lifeline)
                    )
                future = self._pools[slot].submit(function, *arguments)
            return future.result()
        except BrokenExecutor:
            self._pools.pop(slot).shutdown()
            raise

    def close(self) -> None:
        """End all processes at once, also those at work, and wait until they are gone."""
        self._hold.close()
        self.shutdown(wait=True, cancel_futures=True)
        for pool in self._pools.values():
            pool.shutdown()
        self._lifeline.close()


@contextmanager
def _one_thread():
    """Processes started inside have one thread: numpy and torch read it when they are imported."""
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _main_hidden():
    """Processes started inside are not told which script this process runs."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _start(parent: int, lifeline) -> None:
    """First thing in a new process: tie its life to its parent's."""
    # Ctrl-C reaches every process of the terminal; the parent alone decides what then happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent, lifeline), daemon=True).start()


def _watch(parent: int, lifeline) -> None:
    while not lifeline.poll(1.0) and os.getppid() == parent:
        pass
    os._exit(1)
