"""The package as it is installed, far from any checkout: it works, and writes nothing beside it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = """
import contextlib, io, json, pathlib
import srhm, srhm.cli, srhm_book.cli

def answers(main, *words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    return code, err.getvalue()

if __name__ == "__main__":
    print(json.dumps({
        "home": [srhm.__file__, srhm_book.__file__],
        "sweep": answers(srhm.cli.main, "sweep", "grid.yml", "--workers", "1", "--device", "cpu"),
        "image": answers(srhm.cli.main, "image", "--P", "100", "--arch", "fc2"),
        "claims": answers(srhm_book.cli.main, "claims"),
        "run": answers(srhm_book.cli.main, "run"),
    }))
"""
GRID = "{v: 4, P: 64, batch_size: 16, width: 16, max_epochs: 1, num_test: 50}"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what the wheel of this source holds."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in ("srhm", "book/srhm_book"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, source / name, ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "."]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(target)
    return target


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_commands_from_a_wheel(installed, tmp_path):
    before = contents(installed)
    (tmp_path / "grid.yml").write_text(GRID, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all(Path(home).is_relative_to(installed) for home in found["home"])
    assert found["sweep"][0] == 0, found["sweep"]
    assert len(list((tmp_path / "results").rglob("*.jsonl"))) == 1
    for command, word in (("image", "'data'"), ("claims", "book/paper"), ("run", "notebooks")):
        code, err = found[command]
        assert (code, err.count("\n")) == (2, 1), err
        assert err.startswith("srhm: error: ")
        assert word in err
    assert contents(installed) == before
