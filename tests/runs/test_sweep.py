"""The sweep: nothing is trained twice, nothing that finished is lost, and faults are survived."""

import concurrent.futures
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

import fake_training
from fake_training import calls, config
from messages import says
from srhm.runs.pool import SpawnPool
from srhm.runs.store import Store, StoreError, StoreWarning
from srhm.runs.sweep import SweepError, sweep
from srhm.training.config import RunConfig

TESTS = Path(__file__).parent.parent


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "log"
    folder.mkdir()
    return folder


@pytest.fixture
def threads():
    """An executor without processes, for what does not depend on them."""
    with concurrent.futures.ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture
def start(tmp_path, log):
    """Start a sweep of these seeds in a process of its own; all are gone after the test."""
    started = []

    def start(seeds, workers=2):
        command = [sys.executable, TESTS / "fake_training.py", tmp_path / "store", log, workers]
        environment = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
        process = subprocess.Popen(
            [str(word) for word in (*command, *seeds)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    (log / "release").touch()
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition, seconds=90):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def seeds_in(store):
    store = Store(store)
    assert store.problems() == {}
    return sorted(store.frame().seed_init)


def finish(process):
    out, err = process.communicate(timeout=90)
    assert process.returncode == 0, err
    return [int(word) for word in out.split()]


# What is trained, and what comes back


def test_only_what_is_missing_is_trained_and_rows_keep_their_order(tmp_path, log, threads):
    train = partial(fake_training.train, log)
    first = sweep([config(2), config(1)], tmp_path, threads, _train=train)
    assert first.seed_init.tolist() == [2, 1]
    again = [config(i) for i in (3, 2, 0, 1)]
    frame = sweep(again, Store(tmp_path), threads, _train=train)
    assert frame.seed_init.tolist() == [3, 2, 0, 1]
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 2, 3]
    assert sweep(again, tmp_path, _train=None).equals(frame)  # nothing to train: no training


def test_duplicates_are_trained_once(tmp_path, log, threads):
    configs = [config(1), config(0), config(1), config(0, n_c=4, m=4), config(0)]
    frame = sweep(configs, tmp_path, threads, _train=partial(fake_training.train, log))
    assert frame.seed_init.tolist() == [1, 0]
    assert len(calls(log)) == 2


def test_without_a_store_nothing_is_kept(tmp_path, log, threads, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train = partial(fake_training.train, log)
    for _ in range(2):
        frame = sweep([config(1), config(0)], None, threads, _train=train)
        assert frame.seed_init.tolist() == [1, 0]
    assert len(calls(log)) == 4
    assert list(tmp_path.iterdir()) == [log]


def test_nothing_asked(tmp_path):
    frame = sweep([], tmp_path)
    assert len(frame) == 0
    assert {"P", "seed_init", "test_error"} <= set(frame.columns)


def test_the_cheapest_come_first(tmp_path, log):
    configs = [config(1, P=200), config(2, P=65, width=256), config(3, P=65), config(4, P=100)]
    frame = sweep(configs, tmp_path, workers=1, _train=partial(fake_training.train, log))
    assert [seed for seed, _ in calls(log)] == [3, 4, 1, 2]
    assert frame.seed_init.tolist() == [1, 2, 3, 4]


def test_each_result_is_stored_the_moment_it_ends(tmp_path, log, start):
    process = start([100, 0, 1], workers=2)
    wait_for(lambda: (tmp_path / "store").exists() and seeds_in(tmp_path / "store") == [0, 1])
    assert process.poll() is None
    (log / "release").touch()
    assert finish(process) == [100, 0, 1]


def test_a_bad_record_is_trained_again_and_replaced(tmp_path, log, threads):
    train = partial(fake_training.train, log)
    sweep([config(0), config(1)], tmp_path / "store", threads, _train=train)
    path = Store(tmp_path / "store").path_of(config(1))
    lines = path.read_text(encoding="utf-8").splitlines()
    i = next(i for i, line in enumerate(lines) if config(1).key in line)
    lines[i] = lines[i].replace('"test_error": 0.1', '"test_error": 0.0')
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.warns(StoreWarning, match=re.escape(f"{path} line {i + 1}")) as caught:
        frame = sweep([config(0), config(1)], tmp_path / "store", threads, _train=train)
    assert len(caught) == 1
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 1]
    assert frame.test_error.tolist() == [0.1, 0.1]
    assert seeds_in(tmp_path / "store") == [0, 1]


# Processes


def test_processes_have_one_thread_and_the_parent_keeps_its_own(tmp_path, log, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    train = partial(fake_training.train, log)
    frame = sweep([config(i) for i in range(4)], tmp_path, workers=2, device="cpu", _train=train)
    assert set(frame.OMP_NUM_THREADS) == set(frame.MKL_NUM_THREADS) == {"1"}
    assert os.getpid() not in set(frame.pid)
    assert set(frame.device) == {"cpu"}
    assert os.environ["OMP_NUM_THREADS"] == "7"
    assert "MKL_NUM_THREADS" not in os.environ
    assert not any(alive(pid) for pid in frame.pid)


@pytest.mark.parametrize("as_module", [False, True])
def test_a_script_needs_no_guard_and_its_body_runs_once(tmp_path, log, as_module):
    (tmp_path / "script.py").write_text(
        "import sys; from functools import partial; import fake_training as fake\n"
        "from srhm.runs.sweep import sweep\n"
        "print('body')\n"
        "train = partial(fake.train, sys.argv[1])\n"
        "frame = sweep([fake.config(i) for i in range(3)], None, workers=2, _train=train)\n"
        "print(*frame.seed_init)\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join(map(str, (TESTS.parent, TESTS, tmp_path)))
    how = ["-m", "script"] if as_module else [str(tmp_path / "script.py")]
    done = subprocess.run(
        [sys.executable, *how, str(log)],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["body", "0", "1", "2"]
    assert len({pid for _, pid in calls(log)}) == 2


def test_a_killed_worker_costs_its_own_run_alone(tmp_path, log, start):
    process = start([100, 101, 0, 1], workers=2)
    # The cheapest are equally cheap, so the held ones are in flight first.
    wait_for(lambda: len(calls(log)) == 2)
    victim = dict(calls(log))[100]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: [seed for seed, _ in calls(log)].count(100) == 2)
    (log / "release").touch()
    assert finish(process) == [100, 101, 0, 1]
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 100, 100, 101]
    assert seeds_in(tmp_path / "store") == [0, 1, 100, 101]


def test_a_killed_parent_takes_its_workers_along_and_loses_nothing_finished(tmp_path, log, start):
    process = start([0, 1, 100, 101], workers=2)
    wait_for(lambda: len(calls(log)) == 4 and seeds_in(tmp_path / "store") == [0, 1])
    workers = {pid for _, pid in calls(log)}
    assert all(map(alive, workers))
    process.kill()
    wait_for(lambda: not any(map(alive, workers)), seconds=5)
    assert seeds_in(tmp_path / "store") == [0, 1]
    (log / "release").touch()
    assert finish(start([0, 1, 100, 101])) == [0, 1, 100, 101]
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 100, 100, 101, 101]
    assert seeds_in(tmp_path / "store") == [0, 1, 100, 101]


def test_ctrl_c_ends_at_once_and_keeps_what_finished(tmp_path, log, start):
    """The terminal sends it to every process; one of the workers is idle."""
    process = start([0, 100], workers=2)
    wait_for(lambda: len(calls(log)) == 2 and seeds_in(tmp_path / "store") == [0])
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert err.count("Traceback") == 1
    assert "KeyboardInterrupt" in err
    assert not any(alive(pid) for _, pid in calls(log))
    assert seeds_in(tmp_path / "store") == [0]


def test_two_sweeps_at_once_lose_nothing(tmp_path, log, start):
    seeds = list(range(12))
    both = [start([100, *seeds], workers=1), start([100, *reversed(seeds)], workers=1)]
    wait_for(lambda: len(calls(log)) == 2)  # both are at work on the same run
    (log / "release").touch()
    assert finish(both[0]) == [100, *seeds]
    assert finish(both[1]) == [100, *reversed(seeds)]
    assert seeds_in(tmp_path / "store") == [*seeds, 100]
    assert len(calls(log)) < 2 * 13  # each left out what the other had finished


def test_a_run_that_kills_every_process_is_given_up_by_name(tmp_path, log):
    configs = [config(300), config(0), config(1)]
    message = says("1 of 3", "cnn v=4", "seeds 0/0/300", "process died", 3)
    with pytest.raises(SweepError, match=message):
        sweep(configs, tmp_path / "s", workers=1, _train=partial(fake_training.train, log))
    assert sorted(seed for seed, _ in calls(log)) == [0, 1, 300, 300, 300]
    assert seeds_in(tmp_path / "s") == [0, 1]


# Other executors, and runs that fail


def test_runs_that_raise_are_named_after_the_others_are_done(tmp_path, log, threads):
    configs = [config(i) for i in (*range(200, 207), 0, 1)]
    with pytest.raises(SweepError, match=says("7 of 9", "2 more")) as caught:
        sweep(configs, tmp_path / "s", threads, _train=partial(fake_training.train, log))
    assert "seeds 0/0/200 (ArithmeticError: seed 200 is not to our taste);" in str(caught.value)
    assert str(caught.value).count("seeds 0/0/20") == 5
    assert isinstance(caught.value.__cause__, ArithmeticError)
    assert seeds_in(tmp_path / "s") == [0, 1]


def test_an_executor_that_breaks(tmp_path, log):
    """Its owner alone could mend it; what finished is kept and nothing waits for ever."""
    train = partial(fake_training.train, log)
    spawn = multiprocessing.get_context("spawn")
    with (
        concurrent.futures.ProcessPoolExecutor(1, spawn) as executor,
        pytest.raises(SweepError, match=says("2 of 3", "process died")),
    ):
        sweep([config(0, P=63), config(300), config(1)], tmp_path / "s", executor, _train=train)
    assert seeds_in(tmp_path / "s") == [0]
    executor = concurrent.futures.ThreadPoolExecutor(1)
    executor.shutdown()
    with pytest.raises(SweepError, match=says("1 of 1", "shutdown")):
        sweep([config(1)], tmp_path / "s", executor, _train=train)


def test_a_pool_survives_the_death_of_its_processes():
    pool = SpawnPool(1)
    try:
        with pytest.raises(concurrent.futures.BrokenExecutor):
            pool.submit(os._exit, 1).result()
        assert pool.submit(os.getpid).result() != os.getpid()
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"configs": [{"v": 4}]}, ("configs", "RunConfig", {"v": 4})),
        ({"configs": 5}, ("configs", "RunConfig", 5)),
        ({"configs": None}, ("configs", "RunConfig", None)),
        ({"configs": config(0)}, ("configs", "list", "RunConfig")),
        ({"store": 5}, ("folder", 5)),
        ({"workers": -1}, ("workers", 0, -1)),
        ({"workers": 1.5}, ("workers", "integer", 0, 1.5)),
        ({"workers": True}, ("workers", "integer", 0, True)),
        ({"executor": 3}, ("executor", "concurrent.futures.Executor", 3)),
        ({"device": "tpu"}, ("device", "auto", "cpu", "cuda", "'tpu'")),
    ],
)
def test_bad_input_is_one_sentence_before_any_work(tmp_path, arguments, words):
    arguments = {"configs": [config(0)], "store": tmp_path / "s", **arguments}
    with pytest.raises(ValueError, match=says(*words)):
        sweep(**arguments)
    assert not (tmp_path / "s").exists()


def test_a_folder_that_cannot_be_written_is_known_before_any_training(tmp_path, log, threads):
    (tmp_path / "file").touch()
    train = partial(fake_training.train, log)
    with pytest.raises(StoreError, match=says(str(tmp_path / "file" / "below"))):
        sweep([config(0)], tmp_path / "file" / "below", threads, _train=train)
    assert calls(log) == []


def test_the_bar_tells_the_time_left_on_stderr(tmp_path, log, threads, capsys):
    train = partial(fake_training.train, log)
    configs = [config(i) for i in range(3)]
    sweep(configs[:1], tmp_path, threads, progress=False, _train=train)
    assert capsys.readouterr() == ("", "")
    sweep(configs, tmp_path, threads, _train=train)
    out, err = capsys.readouterr()
    assert out == ""
    assert "1/3 runs" in err
    assert re.search(r"3/3 runs .* about 00:00 left, cnn v=4 s=2 L=2 s0=0 P=64 seeds 0/0/2", err)


def test_real_trainings(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")  # for this process, not for those of the sweep
    tiny = {"v": 4, "P": 64, "batch_size": 16, "width": 32, "max_epochs": 3}
    configs = [RunConfig(**tiny, arch=arch) for arch in ("cnn", "lcn")]
    frame = sweep(configs, tmp_path, workers=2, device="cpu")
    assert frame.arch.tolist() == ["cnn", "lcn"]
    assert frame.epochs.tolist() == [3, 3]
    assert set(frame.threads) == {1}
    assert frame.test_error.between(0, 1).all()
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.jsonl")}
    assert len(files) == 2
    assert sweep(configs, tmp_path).equals(frame)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.jsonl")} == files
