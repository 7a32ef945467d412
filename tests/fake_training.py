"""A stand-in for `srhm.training.run.train` that the tests of the sweep can watch, hold and kill.

Every call leaves a file ``<seed_init>.<pid>.<nanoseconds>`` in the folder ``log``. As a program
(``python fake_training.py STORE LOG WORKERS SEED...``) it sweeps in a process of its own.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from srhm.training.config import RunConfig

HELD = range(100, 200)  # these wait until the file `release` appears in the log folder
RAISING = range(200, 300)
DEADLY = range(300, 400)  # these kill their process, each time


def config(seed, **changes):
    fields = {"v": 4, "P": 64, "batch_size": 16, "width": 32, "seed_init": seed}
    return RunConfig(**{**fields, **changes})


def train(log, config, device):
    log, seed = Path(log), config.seed_init
    (log / f"{seed}.{os.getpid()}.{time.time_ns()}").touch()
    if seed in RAISING:
        raise ArithmeticError(f"seed {seed} is not to our taste")
    if seed in DEADLY:
        os.kill(os.getpid(), signal.SIGKILL)
    while seed in HELD and not (log / "release").exists():
        time.sleep(0.02)
    row = {"status": "converged", "test_error": 0.1, "test_loss": 0.1, "train_loss": 1e-3}
    threads = {name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    return {**config.as_dict(), **row, **threads, "device": device, "pid": os.getpid()}


def calls(log):
    """Calls so far, in their order: pairs of seed and process id."""
    names = [path.name.split(".") for path in Path(log).iterdir() if path.name != "release"]
    return [(int(seed), int(pid)) for seed, pid, _ in sorted(names, key=lambda n: int(n[2]))]


if __name__ == "__main__":
    import fake_training  # by its name, so that a spawned process finds it too
    from srhm.runs.sweep import sweep

    # A background job of a shell starts with the signal ignored, and so would its children.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    store, log, workers, *seeds = sys.argv[1:]
    frame = sweep(
        [config(int(seed)) for seed in seeds],
        store,
        workers=int(workers),
        _train=partial(fake_training.train, log),
    )
    print(*frame.seed_init)
