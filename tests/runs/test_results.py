"""The results that the repository holds, all of them: every line is a good record in its place."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from srhm.images.store import ImageStore
from srhm.runs.store import Store, config_of
from srhm.training.configuration import SCHEMA

RESULTS = Path(__file__).parent.parent.parent / "results"
STORES = {"srhm": Store(RESULTS), "images": ImageStore(RESULTS / "images")}


@pytest.fixture(scope="module", params=STORES)
def store(request):
    return STORES[request.param]


@pytest.fixture(scope="module")
def records(store):
    """Pairs of a file's name and what stands in one of its lines, read without the store."""
    return [
        (path.stem, json.loads(line))
        for path in sorted(store.path.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def test_no_line_is_wrong_and_each_is_a_row(store, records):
    assert store.problems() == {}
    assert len(records) == len(store.frame()) > 0


def test_digests_cover_the_lines_and_the_schema_is_ours(records):
    for _, record in records:
        rest = {name: value for name, value in record.items() if name != "digest"}
        text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == record["digest"]
    assert {record["schema"] for _, record in records} == {SCHEMA}


def test_each_run_is_there_once_in_the_file_of_its_setting(store, records):
    repeated = [key for key, n in Counter(r["key"] for _, r in records).items() if n > 1]
    assert repeated == []
    for name, record in records:
        config = config_of(record["run"], store.config_type)
        assert (record["key"], name) == (config.key, store.setting_of(config))


def test_nothing_else_lies_there():
    """Runs, and what five parts of the book measured that are no trainings of the store."""
    files = [path for path in RESULTS.rglob("*") if path.is_file() and path.name != ".lock"]
    measured = {RESULTS / room for room in ("complexity", "spectral", "parent", "why", "spatial")}
    files = [path for path in files if path.parent not in measured]
    assert {path.suffix for path in files} == {".jsonl"}
    assert {path.parent for path in files} == {RESULTS, RESULTS / "images"}
    assert all(path.read_bytes().endswith(b"}\n") for path in files)
