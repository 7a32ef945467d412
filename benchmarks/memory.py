"""Peak memory of a training, in a process of its own: python benchmarks/memory.py ours lcn 3 2

Prints two numbers as JSON: the peak of the process in bytes, and what the training added to it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import timing
import torch

from srhm.training.config import RunConfig
from srhm.training.run import prepare

STEPS = 20
HUGE = {"v": 8, "L": 3, "s0": 4, "P": 10**6, "width": 512}


def peak() -> int:
    """The largest resident size of this process so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux getrusage would count the parent's size too
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="utf-8"))[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: in bytes


def measure(*arguments) -> tuple[int, int]:
    """Peak and added bytes of ``memory.py`` with these arguments, run as a new process."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    return tuple(json.loads(done.stdout))


def compare(side: str, arch: str, L: int, s0: int) -> None:
    """Steps of one side of the benchmark."""
    step = getattr(timing, side)(timing.Setting(arch, L, s0))
    for _ in range(STEPS):
        step()


def huge(arch: str) -> None:
    """Drawing and encoding a million data, then some steps, as `srhm.training.run.train` does."""
    config = RunConfig(arch=arch, **HUGE)
    engine, data, _ = prepare(config, torch.device("cpu"))
    for batch in torch.randperm(config.P).split(config.batch_size)[:STEPS]:
        engine.step(data.take(batch))


def main(side: str, arch: str, L: str = "3", s0: str = "4") -> None:
    torch.set_num_threads(1)
    toy = timing.Setting("cnn", 2, 1, batch=16, width=16)
    timing.ours(toy)(), timing.dense(toy)()  # loading libraries shall not count
    before = peak()
    huge(arch) if side == "huge" else compare(side, arch, int(L), int(s0))
    print(json.dumps([peak(), peak() - before]))


if __name__ == "__main__":
    main(*sys.argv[1:])
