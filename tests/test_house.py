"""The rules of the house: layers without circles, and a package that is quick to import."""

import subprocess
import sys

from importlinter.cli import lint_imports


def test_layers(capsys):
    """`srhm` in layers, nothing of the book or of plotting in it (see pyproject.toml)."""
    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def test_import_draws_in_nothing_heavy():
    heavy = ["torch", "pandas", "matplotlib", "papermill", "srhm_book", "scipy"]
    code = f"import srhm, sys; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
