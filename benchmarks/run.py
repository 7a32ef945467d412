"""How fast the engine is: python benchmarks/run.py [--quick]

Prints a table and writes results.json beside this file, a list of {quantity, value, target, unit}.
Every ratio is the median over rounds in which both sides step in turns, on one thread. Targets are
those the engine was built to; a value without one is there for scale.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import memory
import torch
from timing import WIDTH, Setting, dense, interleave, ours, ratio, reading, sgemm, speaking, warm_up

from srhm.runs.files import replace_text

RESULTS = Path(__file__).with_name("results.json")
# Settings compared with the dense peer, and the speed-up to reach.
COMPARED = (
    (Setting("cnn", 2, 0), "≥ 1"),
    (Setting("lcn", 2, 0), "≥ 1"),
    (Setting("cnn", 2, 4), "≥ 4"),
    (Setting("lcn", 2, 4), "≥ 4"),
    (Setting("cnn", 3, 2), "≥ 5"),
    (Setting("lcn", 3, 2), "≥ 5"),
    (Setting("lcn", 3, 2, batch=4), "≥ 10"),
)
CURVE = {"v": 8, "s0": 2, "arch": "lcn", "stop_loss": 0.0, "max_epochs": 2, "num_test": 1000}


def row(quantity: str, value: float, target: str | None = None, unit: str = "") -> dict:
    return {"quantity": quantity, "value": value, "target": target, "unit": unit}


def name(setting: Setting) -> str:
    return f"{setting.arch.upper()} L={setting.L} s0={setting.s0} batch {setting.batch}"


def speed_rows(rounds: int, seconds: float) -> Iterator[dict]:
    """samples/s ÷ dense, and samples/s."""
    for setting, target in COMPARED:
        steps = {"ours": ours(setting), "dense": dense(setting)}
        if setting.batch <= 4:
            steps["reading"] = reading(setting)
        if setting.arch == "cnn":
            steps["product"] = dense(setting, as_product=True)
        warm_up(setting, *steps.values())
        times = interleave(steps, rounds, seconds)
        yield row(f"samples/s ÷ dense, {name(setting)}", ratio(times, "dense", "ours"), target)
        if "product" in steps:
            quantity = f"samples/s ÷ dense as one product a layer, {name(setting)}"
            yield row(quantity, ratio(times, "product", "ours"))
        if "reading" in steps:
            quantity = f"dense ÷ reading the weights that a batch meets, {name(setting)}"
            yield row(quantity, ratio(times, "dense", "reading"))
        rate = setting.batch / statistics.median(times["ours"])
        yield row(f"samples/s, {name(setting)}", rate, unit="1/s")


def sparsity_rows(rounds: int, seconds: float) -> Iterator[dict]:
    """Does the cost depend on s0? With larger batches, what it does depend on fades."""
    for batch, target in ((128, "≤ 1.3"), (512, None)):
        settings = {s0: Setting("cnn", 2, s0, batch=batch) for s0 in (0, 6)}
        steps = {f"s0={s0}": ours(setting) for s0, setting in settings.items()}
        warm_up(settings[0], *steps.values())
        times = interleave(steps, rounds, seconds)
        quantity = f"time per sample at s0=6 ÷ s0=0, CNN L=2 batch {batch}"
        yield row(quantity, ratio(times, "s0=6", "s0=0"), target)


def speaking_rows(rounds: int, seconds: float) -> Iterator[dict]:
    """Empty positions that speak: beside the engine, beside dense silent ones, against s0."""
    for setting in (Setting("lcn", 2, 4), Setting("lcn", 3, 2)):
        sides = {"speaking": speaking(setting), "ours": ours(setting), "dense": dense(setting)}
        warm_up(setting, *sides.values())
        times = interleave(sides, rounds, seconds)
        faster = ratio(times, "dense", "speaking")
        yield row(f"samples/s with whitening, biases ÷ dense without, {name(setting)}", faster)
        slower = ratio(times, "speaking", "ours")
        yield row(f"time with whitening, biases ÷ without, {name(setting)}", slower)
    sparse = {s0: speaking(Setting("cnn", 2, s0)) for s0 in (1, 6)}
    warm_up(Setting("cnn", 2, 6), *sparse.values())
    growth = ratio(interleave(sparse, rounds, seconds), 6, 1)
    yield row("time at s0=6 ÷ s0=1 with whitening, biases, CNN L=2 batch 128", growth)


def arithmetic_rows(rounds: int, seconds: float) -> Iterator[dict]:
    """Useful arithmetic per second ÷ that of large products, by either library."""
    for arch in ("cnn", "lcn"):
        setting = Setting(arch, 2, 1)
        steps = {"ours": ours(setting), **sgemm()}
        warm_up(setting, steps["ours"])
        times = interleave(steps, rounds, seconds)
        share = setting.useful_flops / (2 * WIDTH**3)
        quantity = f"useful arithmetic ÷ sgemm, {name(setting)}"
        yield row(quantity, share * ratio(times, "sgemm", "ours"), "≥ 0.5")
        yield row(f"{quantity}, torch.mm as sgemm", share * ratio(times, "torch.mm", "ours"))
    for library in ("sgemm", "torch.mm"):
        rate = 2 * WIDTH**3 / statistics.median(times[library]) / 1e9
        yield row(f"{library} of {WIDTH}x{WIDTH}", rate, unit="GFLOP/s")


def memory_rows() -> Iterator[dict]:
    """What a training adds to the process, ÷ dense; and the peak with a million data."""
    for arch in ("cnn", "lcn"):
        added = {side: memory.measure(side, arch, 3, 2)[1] for side in ("ours", "dense")}
        yield row(
            f"peak memory ÷ dense, {arch.upper()} L=3 s0=2", added["ours"] / added["dense"], "≤ 0.5"
        )
        yield row(f"peak memory, {arch.upper()} L=3 s0=2", added["ours"] / 1e6, unit="MB")
    total, _ = memory.measure("huge", "lcn")
    yield row("peak of the process, P=1e6, LCN L=3 s0=4", total / 1e9, "≤ 4", "GB")


def gpu_rows() -> Iterator[dict]:
    """A learning curve, 12 P x 3 seeds, as one program ÷ run by run; two epochs of each."""
    from srhm.training.config import RunConfig
    from srhm.training.replicas import train_group
    from srhm.training.run import train

    sizes = [round(1000 * 2 ** (i / 2)) for i in range(12)]
    seeds = [dict.fromkeys(("seed_rules", "seed_sample", "seed_init"), seed) for seed in range(3)]
    configs = [RunConfig(P=P, **seed, **CURVE) for P in sizes for seed in seeds]
    train(configs[0], "cuda")  # loads libraries
    start = time.perf_counter()
    for config in configs:
        train(config, "cuda")
    alone = time.perf_counter() - start
    train_group(configs, "cuda")
    together = time.perf_counter() - start - alone
    yield row("GPU: samples/s of a learning curve ÷ run by run", alone / together, "≥ 10")


def all_rows(rounds: int, seconds: float) -> Iterator[dict]:
    yield from speed_rows(rounds, seconds)
    yield from sparsity_rows(rounds, seconds)
    yield from speaking_rows(rounds, seconds)
    yield from arithmetic_rows(rounds, seconds)
    yield from memory_rows()
    if torch.cuda.is_available():
        yield from gpu_rows()
    yield row("load of the machine at the end, processes", os.getloadavg()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer, shorter rounds: 90 seconds")
    quick = parser.parse_args().quick
    sys.stdout.reconfigure(encoding="utf-8")  # the table has a ≥, whatever the locale
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    rows = []
    print(f"{'':66}{'value':>10}  to reach", flush=True)
    for found in all_rows(*((3, 0.15) if quick else (9, 0.6))):
        rows.append(found)
        value = f"{found['value']:.3g}" if found["value"] < 1000 else f"{found['value']:.0f}"
        print(f"{found['quantity']:66}{value:>10}  {found['target'] or found['unit']}", flush=True)
    replace_text(RESULTS, json.dumps(rows, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
