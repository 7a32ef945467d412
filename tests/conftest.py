"""Shared by all tests."""

import pytest
import torch

# The tests' tensors are tiny: a second thread costs more than it brings, above all on a busy
# machine, and results then do not depend on the number of cores.
torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """With several processes: a file's tests in one of them, and all that need the executed book
    in another, begun first because it takes longest."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    items.sort(key=lambda item: "executed" not in item.fixturenames)
    for item in items:
        group = "book" if "executed" in item.fixturenames else item.path.name
        item.add_marker(pytest.mark.xdist_group(group))


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
