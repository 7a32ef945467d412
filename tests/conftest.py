"""Shared by all tests."""

import re

import pytest
import torch

# The tests' tensors are tiny: a second thread costs more than it brings, above all on a busy
# machine, and results then do not depend on the number of cores.
torch.set_num_threads(1)


# A test of the built book: one of the fixtures of book/conftest.py that take minutes.
OF_THE_BOOK = re.compile(r"^def test_\w+\([^)]*\b(executed|html|url|visit)\b", re.MULTILINE)


OTHER_PAGES = "[other pages]"  # the half of them that waits until the book is there


def pytest_collection_modifyitems(items):
    """What takes longest first, so that it does not end alone; last what it has to be there for."""
    items.sort(key=lambda item: (OTHER_PAGES in item.name, "executed" not in item.fixturenames))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With several processes: a file's tests in one, and those of the built book in one too."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            if nodeid.endswith(OTHER_PAGES):
                return OTHER_PAGES
            file = nodeid.partition("::")[0]
            text = (config.rootpath / file).read_text(encoding="utf-8")
            return "the book" if OF_THE_BOOK.search(text) else file

    return ByFile(config, log)


@pytest.fixture
def main():
    """The command that `run` runs: `srhm`, where a test file has no other."""
    from srhm import cli

    return cli.main


@pytest.fixture
def run(main, tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder: exit code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        try:
            code = main([str(word) for word in arguments])
        except SystemExit as stop:
            code = stop.code
        return code, *capsys.readouterr()

    return run
