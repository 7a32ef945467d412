"""Shared by all tests."""

import functools
import re

import pytest
import torch

# The tests' tensors are tiny: a second thread costs more than it brings, above all on a busy
# machine, and results then do not depend on the number of cores.
torch.set_num_threads(1)


EXECUTED = {"executed"}  # fixtures of book/conftest.py, which take minutes
BUILT = {"html", "url", "visit"}
TOYS = "test_smoke.py"
OTHER_PAGES = "[other pages]"  # the half of them that another process looks at


def pytest_collection_modifyitems(items):
    """What takes longest first, so as not to end alone; last what it may have to wait for."""

    def order(item):
        fixtures = set(item.fixturenames)
        late = OTHER_PAGES in item.name, bool(BUILT & fixtures)
        return (*late, item.path.name != TOYS and not EXECUTED & fixtures)

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With several processes: a file's tests in one, but for those of the notebooks and the book.

    Each notebook's toy goes to whichever process is free. All tests of the executed notebooks are
    in one, all of the built book's pages in one.
    """
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid):
            if nodeid.endswith(OTHER_PAGES):
                return OTHER_PAGES
            file, _, name = nodeid.partition("::")
            if file.endswith(TOYS):
                return nodeid
            given = arguments(config.rootpath / file).get(name.partition("[")[0], set())
            return "executed" if EXECUTED & given else "built" if BUILT & given else file

    return ByFile(config, log)


@functools.cache
def arguments(path):
    """The arguments of each test function of a file, by its name."""
    found = re.findall(
        r"^def (test_\w+)\(([^)]*)\)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {name: set(re.split(r"[\s,]+", given)) for name, given in found}


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
