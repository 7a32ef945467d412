"""Shared by all tests."""

import pytest
import torch

# The tests' tensors are tiny: a second thread costs more than it brings, above all on a busy
# machine, and results then do not depend on the number of cores.
torch.set_num_threads(1)


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
