"""The store: runs survive a round trip, and a bad line is named, never used, never fatal."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from srhm.runs import lines, records
from srhm.runs.records import config_of
from srhm.runs.search import rows_of
from srhm.runs.store import Store, StoreError, StoreWarning, merge
from srhm.training.config import RunConfig

TESTS = Path(__file__).parent.parent


def config(**changes):
    return RunConfig(**{"v": 4, "P": 64, "batch_size": 16, "width": 32, **changes})


def run(config, **changes):
    """What a training of ``config`` could have returned."""
    row = {"status": "converged", "test_error": 0.1, "test_loss": 0.3, "train_loss": 1e-3}
    return {**config.as_dict(), **row, "epochs": 3, "S_2_1": 1 / 3, **changes}


def three(folder):
    """A store with three runs of one setting, and its file; the second run is the victim."""
    store = Store(folder)
    for seed in range(3):
        path = store.put(run(config(seed_init=seed)))
    return Store(folder), path


def sealed(record):
    """The line of a record whose digest fits it, whatever it holds."""
    rest = {name: value for name, value in record.items() if name != "digest"}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return json.dumps({**rest, "digest": hashlib.sha256(text.encode()).hexdigest()})


def older(record):
    """As a version wrote it that kept one run a file, with a digest of the run alone."""
    text = json.dumps(record["run"], sort_keys=True, separators=(",", ":"))
    return json.dumps({**record, "digest": hashlib.sha256(text.encode()).hexdigest()}, indent=1)


def line_of(path, number):
    return path.read_text(encoding="utf-8").splitlines()[number - 1]


def change(path, number, edit):
    """Line ``number`` of a file as ``edit`` makes it from its text."""
    texts = path.read_bytes().split(b"\n")
    texts[number - 1] = edit(texts[number - 1])
    path.write_bytes(b"\n".join(texts))


def forge(path, number, **changes):
    """Change fields of a run, or of the record around it; the digest fits what is then there."""
    record = json.loads(line_of(path, number))
    for name, value in changes.items():
        (record if name in record or name == "kind" else record["run"])[name] = value
    change(path, number, lambda _: sealed(record).encode())


# Round trips


def test_a_run_comes_back_exactly(tmp_path):
    store = Store(tmp_path / "new" / "results")
    assert store.get(config()) is None
    assert len(store.frame()) == 0
    path = store.put(run(config(), test_error=0.1 + 0.2))
    assert store.get(config()) == run(config(), test_error=0.1 + 0.2)
    assert store.get(config(P=65)) is None
    assert config() in store
    assert config(P=65) not in store
    assert path.relative_to(store.path).as_posix() == "cnn_s2_L2_s00_v4_nc4_m4_A.jsonl"
    assert path == store.path_of(config(P=65))
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["key"] == config().key
    assert path.read_bytes().count(b"\n") == 1


def test_what_comes_back_is_a_copy(tmp_path):
    store, _ = three(tmp_path)
    store.get(config())["test_error"] = 0.9
    assert store.get(config()) == run(config())


def test_put_replaces_and_leaves_nothing_else_behind(tmp_path):
    store, path = three(tmp_path)
    store.put(run(config(seed_init=1), test_error=0.25))
    assert Store(tmp_path).frame().test_error.tolist() == [0.1, 0.25, 0.1]
    assert {file.name for file in tmp_path.iterdir()} == {path.name, ".lock"}


def test_a_diverged_run_is_a_row_of_numbers(tmp_path):
    store = Store(tmp_path)
    store.put(run(config(), status="diverged", test_error=float("nan"), test_loss=float("inf")))
    assert store.get(config())["test_error"] is None
    frame = store.frame()
    assert frame.test_error.dtype == float
    assert frame.test_error.isna().all()
    assert frame.status.tolist() == ["diverged"]


def test_numpys_numbers_are_numbers_and_texts_are_texts(tmp_path):
    class Version(str):
        pass

    store = Store(tmp_path)
    store.put(
        run(
            config(),
            test_error=np.float64(0.5),
            epochs=np.int64(7),
            S_2_1=np.float32("nan"),
            torch=Version("2"),
        )
    )
    row = store.get(config())
    assert (row["test_error"], row["epochs"], row["S_2_1"]) == (0.5, 7, None)
    assert row["torch"] == "2"


def test_the_frame_is_in_order_whoever_trained_first(tmp_path):
    fields = [(a, P, i) for a in ("cnn", "lcn") for P in (64, 100, 200) for i in range(2)]
    configs = [config(arch=a, P=P, seed_init=i) for a, P, i in fields]
    for folder, order in (("a", configs), ("b", configs[::-1])):
        for c in order:
            Store(tmp_path / folder).put(run(c, test_error=c.seed_init / 10))
    frame = Store(tmp_path / "b").frame()
    assert frame.equals(Store(tmp_path / "a").frame())
    assert [*zip(frame.arch, frame.P, frame.seed_init, strict=True)] == fields
    assert Store(tmp_path / "a").frame(configs[0]).arch.unique().tolist() == ["cnn"]
    assert Store(tmp_path / "a").problems() == {}


def test_an_s0_for_each_level_comes_back(tmp_path):
    """In the store, in a frame beside runs that have one for all, and as a configuration."""
    store = Store(tmp_path)
    other = config(s0=(2, 0))
    for each in (config(), other, config(s0=(0, 2)), other.replace(seed_init=1, zipf=1.0)):
        store.put(run(each))
    assert store.path_of(other).name == "cnn_s2_L2_s02-0_v4_nc4_m4_A.jsonl"
    assert store.problems() == {}
    frame = Store(tmp_path).frame()
    assert sorted(map(str, frame.s0)) == ["0", "0,2", "2,0", "2,0"]
    assert rows_of(frame, other)[["s0", "zipf"]].values.tolist() == [["2,0", 0.0]]
    assert {config_of(row).key for row in frame.to_dict("records")} >= {config().key, other.key}


def test_fields_that_are_younger_than_a_record_are_at_their_defaults(tmp_path):
    store, path = three(tmp_path / "store")
    store.put(run(config(seed_init=3, scaling="channels")))
    row = json.loads(line_of(path, 1))["run"]
    forge(path, 1, run={name: x for name, x in row.items() if name not in RunConfig.added})
    assert "scaling" not in line_of(path, 1)
    store = Store(store.path)
    assert store.get(config()) == run(config())
    frame = store.frame()
    assert frame.scaling.tolist() == ["fan_in"] * 3 + ["channels"]
    assert frame.balanced.dtype == bool
    assert frame.columns[: len(RunConfig.names())].tolist() == list(RunConfig.names())
    assert merge([path], tmp_path / "other").added == 4


# What is wrong


def in_half(text):
    return text[: len(text) // 2]


def changed(old, new):
    return lambda text: text.replace(old, new)


SPOILT = {
    "cut": (in_half, "not valid JSON"),
    "error": (changed(b'"test_error": 0.1', b'"test_error": 0.0'), "digest"),
    "config": (changed(b'"width": 32', b'"width": 64'), "digest"),
    "status": (changed(b"converged", b"max_epochs"), "digest"),
    "kind": (changed(b'{"schema"', b'{"kind": [], "schema"'), "digest"),
    "key": (lambda text: re.sub(rb'"key": "\w{9}', b'"key": "000000000', text), "digest"),
    "schema": (changed(b'"schema": 1', b'"schema": -1'), "schema is -1, not"),
    "NaN": (changed(b"0.1", b"NaN"), "NaN is not JSON"),
    "infinity": (changed(b"0.1", b"1e999"), "not.*JSON"),
    "no record": (lambda _: b'["not a record"]', "not a record"),
    "bytes": (lambda text: b"\xff\xfe" + text, "not UTF-8"),
    "nested": (lambda _: b"[" * 100_000, "nested too deeply"),
    "digits": (lambda _: b"9" * 10_000, "not valid JSON"),
    "conflict": (lambda _: b"<<<<<<< HEAD", "not valid JSON"),
}


@pytest.mark.parametrize("harm", SPOILT)
def test_a_bad_line_is_named_and_not_used(tmp_path, harm):
    edit, reason = SPOILT[harm]
    _, path = three(tmp_path)
    change(path, 2, edit)
    name = f"{path.name} line 2"
    store = Store(tmp_path)
    assert store.problems().keys() == {name}
    assert re.search(reason, store.problems()[name])
    with pytest.warns(StoreWarning, match=re.escape(str(tmp_path / name))) as caught:
        assert store.get(config(seed_init=1)) == store.get(config(seed_init=1)) is None
    assert len(caught) == 1  # once, however often it is met
    assert not str(caught[0].message).endswith("..")
    with pytest.warns(StoreWarning, match=re.escape(name)):
        assert Store(tmp_path).frame().seed_init.tolist() == [0, 2]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Store(tmp_path).get(config(seed_init=2)) == run(config(seed_init=2))
    store.put(run(config(seed_init=1)))
    assert store.get(config(seed_init=1)) == run(config(seed_init=1))
    assert Store(tmp_path).get(config(seed_init=2)) == run(config(seed_init=2))
    if b'"key"' in edit(path.read_bytes()) and harm != "key":  # it told whose it was: replaced
        assert Store(tmp_path).problems() == {}


WRONG = {
    "test_error": ["abc", 1.5, -0.1, True, [0.1], None],
    "test_loss": ["0.3", -1],
    "lr": ["a", 10**400, -1, 0, []],
    "width": [10.5, "32", [], None],
    "arch": ["rnn", [], {}],
    "sparsity": [[], "C"],
    "status": ["finished", None, 3, []],
    "epochs": [-1, 0.5, 2**70],
    "S_2_1": ["abc", -0.5, {}],
    "D_out_1_se": [True],
    "seconds": [-1],
    "commit": [3],
    "anything": [{}, [1], 10**30],
}


@pytest.mark.parametrize(("name", "value"), [(n, x) for n, many in WRONG.items() for x in many],
                         ids=lambda x: str(x)[:12])  # fmt: skip
def test_values_of_a_wrong_type_or_range_are_named_wherever_they_enter(tmp_path, name, value):
    _, path = three(tmp_path / "there")
    with pytest.raises(ValueError, match=f"cannot be stored: .*{name}") as caught:
        Store(tmp_path / "here").put(run(config(), **{name: value}))
    assert len(str(caught.value)) < 400
    forge(path, 2, **{name: value})
    (wrong,) = Store(tmp_path / "there").problems().items()
    assert wrong[0] == f"{path.name} line 2"
    assert name in wrong[1]
    report = merge([path], tmp_path / "here")
    assert (report.added, list(report.refused)) == (2, [f"{path} line 2"])
    with pytest.warns(StoreWarning, match=name):
        assert Store(tmp_path / "there").frame().seed_init.tolist() == [0, 2]


@pytest.mark.parametrize("kind", [[], {}, 3, "images"])
def test_a_record_of_another_kind(tmp_path, kind):
    _, path = three(tmp_path)
    forge(path, 2, kind=kind)
    assert "another kind" in Store(tmp_path).problems()[f"{path.name} line 2"]
    (tmp_path / "old.json").write_text(older(json.loads(line_of(path, 2))), encoding="utf-8")
    assert list(merge([tmp_path / "old.json"], tmp_path / "here").refused)


def test_a_configuration_without_results_is_refused(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="cannot be stored: status"):
        store.put(config().as_dict())
    with pytest.raises(ValueError, match="cannot be stored: .* test_error"):
        store.put(config().as_dict() | {"status": "converged"})
    row = run(config())
    del row["momentum"]
    with pytest.raises(ValueError, match="cannot be stored: .* momentum"):
        store.put(row)
    assert not any(tmp_path.iterdir())


def test_a_digest_that_fits_does_not_help_a_wrong_key(tmp_path):
    _, path = three(tmp_path)
    forge(path, 2, key=config(seed_init=1, width=64).key)
    assert "key does not fit" in Store(tmp_path).problems()[f"{path.name} line 2"]


def test_the_order_and_spacing_of_a_line_do_not_matter(tmp_path):
    store, path = three(tmp_path)
    tight = json.dumps(json.loads(line_of(path, 2)), sort_keys=True, separators=(",", ":"))
    change(path, 2, lambda _: tight.encode())
    assert store.problems() == {}
    assert store.get(config(seed_init=1)) == run(config(seed_init=1))


def test_a_run_in_the_wrong_file_is_not_counted_twice(tmp_path):
    store, path = three(tmp_path)
    path.with_name("copy.jsonl").write_bytes(path.read_bytes())
    assert len(store.problems()) == 3
    assert path.name in store.problems()["copy.jsonl line 1"]
    with pytest.warns(StoreWarning, match="copy.jsonl line . .*belongs in"):
        assert len(store.frame()) == 3


def test_a_repeated_run_counts_once(tmp_path):
    """As after git has united the lines of two branches."""
    store, path = three(tmp_path)
    other = Store(tmp_path / "other")
    other.put(run(config(), test_error=0.2))
    other.put(run(config(seed_init=9)))
    path.write_bytes(path.read_bytes() + other.path_of(config()).read_bytes())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        frame = store.frame()
    assert frame.seed_init.tolist() == [0, 1, 2, 9]
    assert frame.test_error.tolist() == [0.1] * 4  # the first one


def test_an_unfinished_rewrite_is_no_file_of_the_store(tmp_path):
    store, path = three(tmp_path)
    path.with_name(f".{path.name}.abc.tmp").write_text('{"schema', encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(store.frame()) == 3


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo], ids=["folder", "fifo"])
def test_what_is_named_like_a_file_and_is_none(tmp_path, make):
    store, _ = three(tmp_path)
    other = store.path_of(config(arch="lcn"))
    make(other)
    assert store.problems() == {other.name: "it is not a file"}
    with pytest.warns(StoreWarning, match=re.escape(str(other))):
        assert len(store.frame()) == 3
    with pytest.raises(StoreError, match=re.escape(str(other))):
        store.put(run(config(arch="lcn")))
    make(tmp_path / "old.json")
    assert list(merge([tmp_path], tmp_path / "here").refused.values()) in (
        [], ["it is not a file"] * 2
    )  # fmt: skip
    if make is os.mkfifo:
        assert list(merge([other], tmp_path / "here").refused) == [str(other)]


# Appending


def test_a_torn_last_line_is_named_and_the_next_one_does_not_stick_to_it(tmp_path):
    for cut in (1, 60, 200):  # before its end, in its digest, in its key
        _, path = three(tmp_path / str(cut))
        whole = path.read_bytes()
        length = len(line_of(path, 3))
        path.write_bytes(whole[: -cut - 1] if cut == 1 else whole[: cut - length - 1])
        store = Store(path.parent)
        assert list(store.problems()) == [f"{path.name} line 3"]
        store.put(run(config(seed_init=7)))
        found = Store(path.parent)
        assert found.get(config(seed_init=7)) == run(config(seed_init=7))
        assert found.get(config(seed_init=1)) == run(config(seed_init=1))
        found.put(run(config(seed_init=2)))
        assert Store(path.parent).problems() == {}
        assert Store(path.parent).frame().seed_init.tolist() == [0, 1, 2, 7]


def test_a_last_line_without_its_end_is_whole(tmp_path):
    _, path = three(tmp_path)
    path.write_bytes(path.read_bytes().rstrip())
    store = Store(tmp_path)
    store.put(run(config(seed_init=3)))
    assert store.frame().seed_init.tolist() == [0, 1, 2, 3]
    assert store.problems() == {}


def test_what_another_writer_adds_is_seen_and_nothing_is_read_twice(tmp_path, monkeypatch):
    store, path = three(tmp_path)
    parsed = []
    monkeypatch.setattr(
        "srhm.runs.store.parse",
        lambda text, *types: parsed.append(text) or records.parse(text, *types),
    )
    assert len(store.frame()) == 3
    Store(tmp_path).put(run(config(seed_init=3)))
    parsed.clear()
    assert store.get(config(seed_init=3)) == run(config(seed_init=3))
    assert len(parsed) == 1  # the new line alone
    size = path.stat().st_size
    change(path, 1, changed(b'"test_error": 0.1', b'"test_error": 0.9'))
    assert path.stat().st_size == size
    with pytest.warns(StoreWarning, match="line 1 .*digest"):
        assert store.get(config()) is None
    old = time.time() - 100
    os.utime(path, (old, old))
    monkeypatch.setattr(lines.time, "time_ns", lambda: time.time() * 1e9 + 1e12)
    store.get(config(seed_init=3))
    monkeypatch.setattr(Path, "read_bytes", pytest.fail)  # it has long been the same
    assert store.get(config(seed_init=3)) == run(config(seed_init=3))


def test_a_change_between_two_ticks_of_the_clock_is_seen(tmp_path, monkeypatch):
    store, path = three(tmp_path)
    assert store.get(config()) is not None
    state = path.stat()
    monkeypatch.setattr(Path, "stat", lambda *_, **__: state)
    change(path, 1, changed(b'"test_error": 0.1', b'"test_error": 0.9'))
    with pytest.warns(StoreWarning, match="line 1 .*digest"):
        assert store.get(config()) is None


def test_one_setting_is_read_from_its_file_alone(tmp_path, monkeypatch):
    store, path = three(tmp_path)
    store.put(run(config(arch="lcn")))
    read, opened = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda p: opened.append(p) or read(p))
    fresh = Store(tmp_path)
    assert fresh.get(config()) is not None
    assert len(fresh.frame(config())) == 3
    assert set(opened) == {path}


WRITER = """
import sys
sys.path.insert(0, sys.argv[3])
from runs.test_store import config, run
from srhm.runs.store import Store
store = Store(sys.argv[1])
for seed in range(int(sys.argv[2]), int(sys.argv[2]) + 10_000):
    store.put(run(config(seed_init=seed)))
    print(seed, flush=True)
"""


def writer(folder, first):
    command = [sys.executable, "-c", WRITER, str(folder), str(first), str(TESTS)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS.parent), *sys.path])}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_two_writers_killed_at_any_moment_lose_nothing_that_was_put(tmp_path):
    done = set()
    processes = [writer(tmp_path, first) for first in (0, 50_000)]
    for process in processes:
        done |= {int(process.stdout.readline()) for _ in range(25)}
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)
        done |= {int(line) for line in process.communicate()[0].split()}
    store = Store(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StoreWarning)
        assert done <= set(store.frame().seed_init)
    store.put(run(config(seed_init=99_999)))  # no lock is left behind
    assert set(Store(tmp_path).frame().seed_init) >= done | {99_999}
    assert len(store.problems()) <= 2  # the lines that were being written


# A disk that refuses


def test_a_results_folder_that_cannot_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    for wrong in (5, "", None):
        with pytest.raises(StoreError, match=re.escape(repr(wrong))):
            Store(wrong)
    with pytest.raises(StoreError, match="is a file, not a folder"):
        Store(file)
    with pytest.raises(StoreError, match=r"results folder '.*below' cannot be written: Not a dir"):
        Store(file / "below").check_writable()
    Store(tmp_path / "good").check_writable()
    assert list((tmp_path / "good").iterdir()) == []


@pytest.mark.parametrize("replacing", [False, True])
def test_a_full_disk_is_named_and_the_file_is_as_it_was(tmp_path, monkeypatch, replacing):
    store, path = three(tmp_path)
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(lines.os, "fsync", full)
    with pytest.raises(StoreError, match=f"{re.escape(str(tmp_path))}.*No space left"):
        store.put(run(config(seed_init=1 if replacing else 8), test_error=0.5))
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {path.name, ".lock"}


def test_ctrl_c_in_the_middle_keeps_the_line(tmp_path, monkeypatch):
    store, _ = three(tmp_path)

    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(lines.os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.put(run(config(seed_init=8)))
    assert Store(tmp_path).frame().seed_init.tolist() == [0, 1, 2, 8]


# Merging


def two_good_and_three_bad(folder):
    elsewhere = Store(folder)
    for i in range(5):
        path = elsewhere.put(run(config(seed_init=i)))
    change(path, 2, changed(b'"test_error": 0.1', b'"test_error": 0.0'))
    change(path, 4, changed(b'"schema": 1', b'"schema": -1'))
    change(path, 5, in_half)
    return path


def test_merge_takes_the_good_and_names_the_bad(tmp_path):
    path = two_good_and_three_bad(tmp_path / "elsewhere")
    store = Store(tmp_path / "here")
    kept = run(config(seed_init=2), seconds=7.0)
    store.put(kept)
    report = merge([path], store)
    assert (report.added, report.already_there) == (1, 1)
    assert set(report.refused) == {f"{path} line {i}" for i in (2, 4, 5)}
    assert "digest" in report.refused[f"{path} line 2"]
    assert sorted(store.frame().seed_init) == [0, 2]
    assert store.get(config(seed_init=2)) == kept


def test_merge_of_a_folder_replaces_a_bad_line_and_keeps_what_it_cannot_tell(tmp_path):
    two_good_and_three_bad(tmp_path / "elsewhere")
    store = Store(tmp_path / "here")
    path = store.put(run(config(seed_init=0)))
    change(path, 1, lambda text: text[:-5])
    path.write_bytes(b"a note\n" + path.read_bytes())
    with pytest.warns(StoreWarning):
        report = merge([tmp_path / "elsewhere"], store)
    assert (report.added, report.already_there, len(report.refused)) == (2, 0, 3)
    assert list(store.problems()) == [f"{path.name} line 3"]
    assert line_of(path, 3) == "a note"


def test_merge_sorts_a_file_by_P_and_seeds(tmp_path):
    configs = [config(P=P, seed_init=i) for P in (64, 100, 200) for i in range(3)]
    for i, c in enumerate(configs[::-1]):
        Store(tmp_path / str(i % 3)).put(run(c))
    report = merge([tmp_path / str(i) for i in (1, 2)], tmp_path / "0")
    assert report.added == 6
    path = Store(tmp_path / "0").path_of(config())
    keys = [json.loads(text)["key"] for text in path.read_text(encoding="utf-8").splitlines()]
    assert keys == [c.key for c in configs]


def test_merge_brings_in_records_of_the_older_form(tmp_path):
    """One a file, in a folder a setting, with a digest of the run alone; or bundles of them."""
    _, path = three(tmp_path / "there")
    records = [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]
    folder = tmp_path / "old" / path.stem
    folder.mkdir(parents=True)
    for i, record in enumerate(records):
        (folder / f"P64_{i}.json").write_text(older(record), encoding="utf-8")
    edited = older(records[1]).replace('"test_error": 0.1', '"test_error": 0.0')
    (folder / "P64_1.json").write_text(edited, encoding="utf-8")
    store = Store(tmp_path / "old")  # a user's own, from before
    with pytest.warns(StoreWarning, match="srhm merge") as caught:
        assert (store.get(config()), len(store.frame())) == (None, 0)
    assert len(caught) == 1
    report = merge([tmp_path / "old"], store)
    assert (report.added, list(report.refused)) == (2, [str(folder / "P64_1.json")])
    assert list(store.problems()) == [path.stem]
    assert store.get(config(seed_init=2)) == run(config(seed_init=2))
    bundle = tmp_path / "old.jsonl"
    bundle.write_text(
        "\n".join(json.dumps(json.loads(older(record))) for record in records), encoding="utf-8"
    )
    assert merge([bundle], tmp_path / "here").added == 3


def test_merge_of_a_bundle(tmp_path):
    there = Store(tmp_path / "there")
    for i in range(4):
        there.put(run(config(seed_init=i)))
    bundle = tmp_path / "runs.jsonl"
    assert there.export(bundle) == 4
    change(bundle, 3, changed(b"converged", b"diverged "))
    bundle.write_text(bundle.read_text(encoding="utf-8") + '{"torn', encoding="utf-8")
    report = merge([bundle, bundle], tmp_path / "here")
    assert (report.added, report.already_there) == (3, 3)
    assert set(report.refused) == {f"{bundle} line 3", f"{bundle} line 5"}
    bundle.write_bytes(b"\xff")
    assert list(merge([bundle], tmp_path / "here").refused) == [f"{bundle} line 1"]


def test_export_of_some(tmp_path):
    store, _ = three(tmp_path / "there")
    bundle = tmp_path / "one.jsonl"
    assert store.export(bundle, [config(seed_init=1).key]) == 1
    assert merge([bundle], tmp_path / "here").added == 1
    assert config(seed_init=1) in Store(tmp_path / "here")
    with pytest.raises(StoreError, match=f"holds no run with key {config(seed_init=9).key}"):
        store.export(bundle, [config(seed_init=9).key])


def test_merge_of_nothing(tmp_path):
    with pytest.raises(StoreError, match=r"no file or folder '.*missing\.json'"):
        merge([tmp_path / "missing.json"], tmp_path / "here")
    assert not (tmp_path / "here").exists()
    store, path = three(tmp_path / "there")
    with pytest.raises(StoreError, match=r"results folder '.*' cannot be written"):
        merge([store.path], path / "below")


def test_a_fifo_in_the_place_of_a_file_is_refused_before_any_training(tmp_path):
    store = Store(tmp_path)
    os.mkfifo(store.path_of(config()))
    with pytest.raises(StoreError, match=re.escape(str(store.path_of(config())))):
        store.check_writable(config())
    store.check_writable()


def test_a_frame_is_made_anew_when_a_run_is_added_and_is_the_callers_own(tmp_path):
    store = Store(tmp_path)
    assert store.frame().empty
    for seed in range(2):
        store.put(run(config(seed_init=seed)))
        first = store.frame()
        assert len(first) == seed + 1
        first["test_error"] = 9.0
        assert (store.frame().test_error < 9).all()
    assert len(store.frame(like=config())) == 2
    assert len(Store(tmp_path).frame()) == 2
