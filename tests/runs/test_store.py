"""The store: records survive a round trip, and a bad one is named, never used, never fatal."""

import hashlib
import json
import re
import warnings

import pytest

from srhm.runs.store import Store, StoreError, StoreWarning, merge
from srhm.training.config import RunConfig


def config(**changes):
    return RunConfig(**{"v": 4, "P": 64, "batch_size": 16, "width": 32, **changes})


def run(config, **changes):
    """What a training of ``config`` could have returned."""
    row = {"status": "converged", "test_error": 0.1, "test_loss": 0.3, "train_loss": 1e-3}
    return {**config.as_dict(), **row, "epochs": 3, "S_2_1": 1 / 3, **changes}


def change(path, edit):
    record = json.loads(path.read_text())
    edit(record)
    path.write_text(json.dumps(record))


def test_a_run_comes_back_exactly(tmp_path):
    store = Store(tmp_path / "new" / "results")
    assert store.get(config()) is None
    assert len(store.frame()) == 0
    path = store.put(run(config(), test_error=0.1 + 0.2))
    assert store.get(config()) == run(config(), test_error=0.1 + 0.2)
    assert store.get(config(P=65)) is None
    assert config() in store
    assert config(P=65) not in store
    assert path.relative_to(store.path).as_posix() == (
        f"cnn_s2_L2_s00_v4_nc4_m4_A/P64_{config().key[:12]}.json"
    )
    assert re.search(r'^ "key": "[0-9a-f]{64}",$', path.read_text(), re.MULTILINE)


def test_put_replaces_and_leaves_nothing_else_behind(tmp_path):
    store = Store(tmp_path)
    store.put(run(config(), test_error=0.5))
    path = store.put(run(config(), test_error=0.25))
    assert store.get(config())["test_error"] == 0.25
    assert list(path.parent.iterdir()) == [path]


def test_put_refuses_an_incomplete_or_impossible_run(tmp_path):
    store = Store(tmp_path)
    row = run(config())
    del row["momentum"]
    with pytest.raises(ValueError, match="cannot be stored: it lacks the field momentum"):
        store.put(row)
    with pytest.raises(ValueError, match=r"cannot be stored: .*rnn"):
        store.put(run(config(), arch="rnn"))
    assert not any(tmp_path.iterdir())


def test_a_diverged_run_is_a_row_of_numbers(tmp_path):
    store = Store(tmp_path)
    store.put(run(config(), status="diverged", test_error=float("nan"), test_loss=float("inf")))
    assert store.get(config())["test_error"] is None
    frame = store.frame()
    assert frame.test_error.dtype == float
    assert frame.test_error.isna().all()
    assert frame.status.tolist() == ["diverged"]


def test_the_frame_has_one_row_per_run(tmp_path):
    store = Store(tmp_path)
    configs = [config(seed_init=i, arch=arch) for arch in ("lcn", "cnn") for i in range(3)]
    for c in configs:
        store.put(run(c, test_error=c.seed_init / 10))
    frame = store.frame()
    assert sorted(zip(frame.arch, frame.seed_init, frame.test_error, strict=True)) == sorted(
        (c.arch, c.seed_init, c.seed_init / 10) for c in configs
    )
    assert store.problems() == {}


def torn(path):
    path.write_bytes(path.read_bytes()[:200])


def empty(path):
    path.write_bytes(b"")


def edited(path):
    change(path, lambda record: record["run"].update(test_error=0.0))


def edited_config(path):
    change(path, lambda record: record["run"].update(width=64))


def wrong_key(path):
    change(path, lambda record: record.update(key="0" * 64))


def wrong_schema(path):
    change(path, lambda record: record.update(schema=-1))


def no_run(path):
    path.write_text('["not a record"]')


def not_a_number(path):
    path.write_text(path.read_text().replace("0.1", "NaN"))


def not_utf8(path):
    path.write_bytes(b"\xff\xfe" + path.read_bytes())


def nested(path):
    path.write_text("[" * 100_000)


def folder(path):
    path.unlink()
    path.mkdir()


def another(path):
    """A good record, but of other seeds: someone copied a file onto this one."""
    other = Store(path.parents[1] / "other")
    path.write_bytes(other.put(run(config(seed_init=7))).read_bytes())
    for file in sorted(other.path.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    other.path.rmdir()


REASONS = {
    torn: "not valid JSON",
    empty: "not valid JSON",
    edited: "digest",
    edited_config: "digest",
    wrong_key: "key does not fit",
    wrong_schema: "schema is -1, not",
    no_run: "not a record",
    not_a_number: "NaN is not JSON",
    not_utf8: "not UTF-8",
    nested: "nested too deeply",
    folder: "cannot be read",
    another: "another configuration",
}


@pytest.mark.parametrize("harm", REASONS, ids=lambda harm: harm.__name__)
def test_a_bad_record_is_named_and_not_used(tmp_path, harm):
    store = Store(tmp_path)
    good = config(seed_init=1)
    store.put(run(good))
    path = store.put(run(config()))
    harm(path)
    with pytest.warns(StoreWarning, match=REASONS[harm]) as caught:
        assert store.get(config()) is None
    assert str(path) in str(caught[0].message)
    with pytest.warns(StoreWarning, match=re.escape(str(path))):
        assert store.frame().seed_init.tolist() == [1]
    assert list(store.problems()) == [path.relative_to(tmp_path).as_posix()]
    if harm is folder:  # nothing to write over; the attempt leaves nothing behind
        with pytest.raises(OSError, match="directory"):
            store.put(run(config()))
        assert len(list(path.parent.iterdir())) == 2
    else:
        store.put(run(config()))
        assert store.get(config()) == run(config())
        assert store.problems() == {}


def test_an_edited_record_with_a_mended_digest_still_has_the_wrong_key(tmp_path):
    store = Store(tmp_path)
    path = store.put(run(config()))
    forged = store.put(run(config(width=64)))

    def edit(record):
        record.update(key=config().key)

    change(forged, edit)
    forged.replace(path)
    with pytest.warns(StoreWarning, match="key does not fit its configuration"):
        assert store.get(config()) is None


def test_a_misplaced_record_is_not_counted_twice(tmp_path):
    store = Store(tmp_path)
    path = store.put(run(config()))
    copy = path.with_name("P64_copy.json")
    copy.write_bytes(path.read_bytes())
    with pytest.warns(StoreWarning, match=r"copy\.json.*not where its key says"):
        assert len(store.frame()) == 1


def test_an_unfinished_write_is_no_record(tmp_path):
    store = Store(tmp_path)
    path = store.put(run(config()))
    path.with_name(f".{path.name}.abc.tmp").write_text('{"schema')
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(store.frame()) == 1


def test_a_results_folder_that_cannot_be_written(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(StoreError, match="is a file, not a folder"):
        Store(file)
    with pytest.raises(StoreError, match=r"results folder '.*below' cannot be written: Not a dir"):
        Store(file / "below").check_writable()
    Store(tmp_path / "good").check_writable()
    assert list((tmp_path / "good").iterdir()) == []


def two_good_and_three_bad(folder):
    elsewhere = Store(folder)
    paths = [elsewhere.put(run(config(seed_init=i))) for i in range(5)]
    edited(paths[1])
    wrong_schema(paths[3])
    torn(paths[4])
    return paths


def test_merge_takes_the_good_and_names_the_bad(tmp_path):
    paths = two_good_and_three_bad(tmp_path / "elsewhere")
    store = Store(tmp_path / "here")
    kept = run(config(seed_init=2), seconds=7.0)
    store.put(kept)
    report = merge(paths, store)
    assert (report.added, report.already_there) == (1, 1)
    assert set(report.refused) == {str(paths[i]) for i in (1, 3, 4)}
    assert "digest" in report.refused[str(paths[1])]
    assert sorted(store.frame().seed_init) == [0, 2]
    assert store.get(config(seed_init=2)) == kept


def test_merge_of_a_folder_replaces_a_bad_record(tmp_path):
    two_good_and_three_bad(tmp_path / "elsewhere")
    store = Store(tmp_path / "here")
    torn(store.put(run(config(seed_init=0))))
    with pytest.warns(StoreWarning):
        report = merge([tmp_path / "elsewhere"], store)
    assert (report.added, report.already_there, len(report.refused)) == (2, 0, 3)
    assert store.problems() == {}


def test_merge_of_a_bundle(tmp_path):
    there = Store(tmp_path / "there")
    for i in range(4):
        there.put(run(config(seed_init=i)))
    bundle = tmp_path / "runs.jsonl"
    assert there.export(bundle) == 4
    lines = bundle.read_text().splitlines()
    lines[2] = lines[2].replace("converged", "diverged ")
    bundle.write_text("\n".join(lines) + '\n{"torn')
    report = merge([bundle], tmp_path / "here")
    assert report.added == 3
    assert set(report.refused) == {f"{bundle} line 3", f"{bundle} line 5"}
    bundle.write_bytes(b"\xff")
    assert list(merge([bundle], tmp_path / "here").refused) == [str(bundle)]


def test_export_of_some(tmp_path):
    store = Store(tmp_path / "there")
    for i in range(3):
        store.put(run(config(seed_init=i)))
    bundle = tmp_path / "one.jsonl"
    assert store.export(bundle, [config(seed_init=1).key]) == 1
    assert merge([bundle], tmp_path / "here").added == 1
    assert config(seed_init=1) in Store(tmp_path / "here")
    with pytest.raises(StoreError, match="holds no run with key"):
        store.export(bundle, [config(seed_init=9).key])


def test_merge_of_nothing(tmp_path):
    with pytest.raises(StoreError, match=r"no file or folder '.*missing\.json'"):
        merge([tmp_path / "missing.json"], tmp_path / "here")
    assert not (tmp_path / "here").exists()
    there = Store(tmp_path / "there")
    file = there.put(run(config()))
    with pytest.raises(StoreError, match=r"results folder '.*' cannot be written"):
        merge([there.path], file / "below")


def test_a_record_that_lacks_younger_fields_is_read_and_found(tmp_path):
    store = Store(tmp_path)
    path = store.put(run(config()))

    def make_old(record):
        for name in RunConfig.added:
            del record["run"][name]
        text = json.dumps(record["run"], sort_keys=True, separators=(",", ":"))
        record["digest"] = hashlib.sha256(text.encode()).hexdigest()

    change(path, make_old)
    store.put(run(config(P=128, scaling="channels")))
    assert store.get(config()) == run(config())
    frame = store.frame()
    assert dict(zip(frame.P, frame.scaling, strict=True)) == {64: "fan_in", 128: "channels"}
    assert frame.balanced.dtype == bool
    report = merge([path], Store(tmp_path / "other"))
    assert (report.added, report.refused) == (1, {})
