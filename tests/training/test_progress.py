"""What a training says on stderr while it runs."""

import io
import sys

import pytest

from srhm.training.progress import Epochs


@pytest.fixture(autouse=True)
def bars_allowed(monkeypatch):
    monkeypatch.delenv("TQDM_DISABLE", raising=False)


def watch(**options):
    with Epochs(20, **options) as progress:
        progress(1, 1.25)
        progress(2, 0.625)


def test_lines_now_and_then_where_there_is_no_terminal(capsys):
    watch(seconds=0)
    first, second = capsys.readouterr().err.splitlines()
    assert "1 of at most 20" in first
    assert "1.25" in first
    assert "2 of at most 20" in second
    assert "0.625" in second
    watch(seconds=60)
    assert capsys.readouterr().err == ""


def test_a_bar_in_a_terminal(monkeypatch):
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr("tqdm.std.tqdm.monitor_interval", 0)
    with Epochs(20) as progress:
        progress(1, 1.25)
        progress.bar.refresh()
        assert "epoch 1 of at most 20" in stream.getvalue()
        assert "1.25" in stream.getvalue()


def test_silence_where_it_is_asked_for(monkeypatch, capsys):
    monkeypatch.setenv("TQDM_DISABLE", "1")
    watch(seconds=0)
    assert capsys.readouterr().err == ""
