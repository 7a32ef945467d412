"""Training on a dask cluster: its workers only train, and the store is written here alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

TIMEOUT = 10.0  # seconds within which a scheduler has to answer


@contextmanager
def cluster_executor(address: str, timeout: float = TIMEOUT) -> Iterator[Executor]:
    """An executor for `srhm.runs.sweep.sweep` whose processes are the workers of a dask cluster.

    A run whose worker dies before its result is here is started again on another one; after the
    deaths of as many workers as the scheduler's ``distributed.scheduler.allowed-failures`` allows
    (by default 3) it is given up.
    Workers may come and go while it works. They need this package; one run takes one thread.

    Parameters
    ----------
    address: where the scheduler listens, for instance "tcp://node:8786".
    timeout: seconds to wait for its answer.

    Raises
    ------
    ValueError
        When no scheduler answers there.
    ModuleNotFoundError
        Without dask.distributed, which the extra ``srhm[cluster]`` brings.
    """
    from distributed import Client

    try:  # a Client that was refused says so once more, in a traceback, when it is collected
        with ThreadPoolExecutor(1) as thread:  # a notebook's own thread has a loop already
            thread.submit(lambda: asyncio.run(_knock(address, timeout))).result()
        client = Client(address, timeout=timeout, set_as_default=False)
    except (OSError, ValueError, TypeError, AssertionError) as error:
        raise ValueError(
            f"scheduler must be the address of a running dask scheduler, as tcp://node:8786: "
            f"{address!r} did not answer within {timeout:g} seconds."
        ) from error
    with client:
        yield client.get_executor(pure=False)


async def _knock(address: str, timeout: float) -> None:
    """OSError or ValueError unless a process of dask answers at ``address``."""
    from distributed.comm import connect
    from distributed.security import Security

    keywords = Security().get_connection_args("client")
    comm = await connect(address, timeout=timeout, **keywords)
    await comm.close()
