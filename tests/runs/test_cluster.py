"""Sweeps on a real dask cluster: a scheduler and its workers in processes of their own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from threading import Thread

import pytest

import fake_training
from fake_training import calls, config
from messages import says
from srhm import cli
from srhm.runs.cluster import cluster_executor
from srhm.runs.store import Store
from srhm.runs.sweep import SweepError, sweep

HERE = Path(__file__).parent.parent


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """Starts programs of dask; they end with the tests."""
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    paths = os.pathsep.join([str(HERE), str(HERE.parent)])
    environment = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    running = []

    def start(program, *options):
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{program}",
            "--scheduler-file",
            file,
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen([*command, *options], env=environment, **quiet)
        running.append(process)
        return process

    start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    wait_for(lambda: file.exists() and file.read_text(encoding="utf-8").endswith("}"))
    start.address = json.loads(file.read_text(encoding="utf-8"))["address"]
    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def worker(start):
    """Starts a worker with one thread that nobody restarts; it ends with the test."""
    running = []

    def worker():
        running.append(start("worker", "--no-nanny", "--nthreads", "1", "--no-dashboard"))
        return running[-1]

    yield worker
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log").mkdir()
    return tmp_path / "log"


def run(start, log, seeds, store):
    with cluster_executor(start.address) as executor:
        train = partial(fake_training.train, str(log))
        return sweep([config(s) for s in seeds], store, executor, progress=False, _train=train)


def test_a_killed_worker_costs_its_own_run_alone(start, worker, log, tmp_path):
    """One of two is killed in the middle of a run: the other trains that again, and no other."""
    store = Store(tmp_path / "store")
    processes = {process.pid: process for process in (worker(), worker())}
    frames = []
    sweeping = Thread(
        target=lambda: frames.append(run(start, log, [100, 0, 1, 2], store)), daemon=True
    )
    sweeping.start()
    wait_for(lambda: any(seed == 100 for seed, _ in calls(log)))
    victim = dict(calls(log))[100]
    assert victim in processes
    # What it has finished is safe once it is in the store; until then it would be trained again.
    finished = {seed for seed, pid in calls(log) if pid == victim} - {100}
    wait_for(lambda: all(config(seed) in store for seed in finished))
    processes[victim].send_signal(signal.SIGKILL)
    wait_for(lambda: [seed for seed, _ in calls(log)].count(100) == 2)
    (log / "release").touch()
    sweeping.join(60)
    assert list(frames[0].seed_init) == [100, 0, 1, 2]
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 2, 100, 100]
    assert {pid for _, pid in calls(log)} == set(processes)
    assert sorted(store.frame().seed_init) == [0, 1, 2, 100]


def test_failures_are_named_and_the_rest_is_kept(start, worker, log, tmp_path):
    worker()
    store = Store(tmp_path / "store")
    with pytest.raises(SweepError, match=says("1 of 3", "seed 200 is not to our taste")):
        run(start, log, [0, 200, 1], store)
    assert sorted(store.frame().seed_init) == [0, 1]


def test_the_command_trains_on_the_cluster(start, worker, tmp_path, capsys):
    worker()
    file = tmp_path / "two.yml"
    file.write_text(
        "v: 4\nP: [64, 100]\nwidth: 16\nbatch_size: 16\nmax_epochs: 2\nnum_test: 50\n",
        encoding="utf-8",
    )
    command = ["sweep", str(file), "--store", str(tmp_path / "store"), "--scheduler", start.address]
    assert cli.main(command) == 0
    assert capsys.readouterr().out.startswith("2 runs in ")
    assert sorted(Store(tmp_path / "store").frame().P) == [64, 100]


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1:{closed}", "127.0.0.1"])
def test_no_scheduler_is_one_sentence(address, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = address.format(closed=free.getsockname()[1])
    began = time.monotonic()
    with (
        pytest.raises(ValueError, match=says("scheduler", repr(address), 1)),
        cluster_executor(address, timeout=1),
    ):
        raise AssertionError("there is no scheduler")
    assert time.monotonic() - began < 10


def test_workers_and_a_scheduler_do_not_go_together(tmp_path, capsys):
    file = tmp_path / "one.yml"
    file.write_text("v: 4\nP: 200\n", encoding="utf-8")
    command = ["sweep", str(file), "--store", str(tmp_path / "store"), "--scheduler", "tcp://a:1"]
    assert cli.main([*command, "--workers", "2"]) == 2
    assert "workers must not be given with scheduler" in capsys.readouterr().err
    assert not (tmp_path / "store").exists()


def test_no_scheduler_is_one_sentence_to_the_last_line(tmp_path):
    """A client that was refused would speak once more when it is collected."""
    (tmp_path / "grid.yml").write_text("{v: 4, P: 200}", encoding="utf-8")
    command = [sys.executable, "-m", "srhm.cli", "sweep", "grid.yml", "--scheduler", "nonsense"]
    environment = os.environ | {"PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("srhm: error: scheduler must be")
    assert done.stderr.count("\n") == 1
