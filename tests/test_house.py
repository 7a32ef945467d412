"""The rules of the house: layers without circles, and a package that is quick to import."""

import ast
import subprocess
import sys
from pathlib import Path

from importlinter.cli import lint_imports

ROOT = Path(__file__).parent.parent
SOURCES = ("srhm", "book", "benchmarks", "notebooks", "tests")


def test_layers(capsys):
    """`srhm` in layers, nothing of the book or of plotting in it (see pyproject.toml)."""
    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def test_import_draws_in_nothing_heavy():
    heavy = ["torch", "pandas", "matplotlib", "papermill", "srhm_book", "scipy"]
    code = f"import srhm, sys; print([name for name in {heavy} if name in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr


def test_text_files_are_utf_8_by_name():
    """What ruff's PLW1514 misses: it does not see that an expression is a path."""
    bare = []
    for path in [p for folder in SOURCES for p in (ROOT / folder).rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                method, given = node.func.attr, {keyword.arg for keyword in node.keywords}
                if method in ("read_text", "write_text") and "encoding" not in given:
                    bare.append(f"{path}:{node.lineno}")
    assert bare == []
