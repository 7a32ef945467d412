"""A file of value is the old one or the new one, whatever happens."""

import os

import pytest

from srhm.runs.files import replace_text


def test_replaced_as_utf_8_and_nothing_left_beside_it(tmp_path):
    path = tmp_path / "new" / "file.txt"
    replace_text(path, "≥ 1\n")
    replace_text(path, "≤ 2\n")
    assert path.read_bytes() == "≤ 2\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_what_fails_leaves_the_old_file_and_names_it(tmp_path, monkeypatch):
    path = tmp_path / "file.txt"
    replace_text(path, "old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"file\.txt.*No space left"):
        replace_text(path, "new")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "\ud800")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]
