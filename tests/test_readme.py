"""Every command of the README is run as it stands, or is run elsewhere, which is then said here.

They run in a copy of the repository with an empty store, where trainings are stand-ins
(`quick/sitecustomize.py`): what is tested is that a reader who types them gets an answer.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from image_files import make_cifar10, make_fashion_mnist
from srhm.images import fashion

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAMS = ("make", "srhm", "srhm-book", "papermill", "dask", "pip", "jupytext")
SWEEP = {"common": {"arch": "lcn", "v": 4, "s0": 1, "width": 16}, "grids": [{"P": [128, 256]}]}

# Where they run instead: the file, and a word of it. They take minutes, the network, or machines.
CLUSTER, DRIVER = "tests/runs/test_cluster.py", "tests/book/test_notebooks.py"
ELSEWHERE = {
    "make book": (".ci/run", "make book"),
    "make test": (".ci/run", "make test"),
    "srhm-book pdf": ("tests/book/test_book.py", '["pdf"]'),
    "make sweep": (DRIVER, "sweeps"),  # its runs are those of the chapter; `srhm sweep` runs here
    "make bench": ("tests/test_benchmarks.py", "timing"),  # its parts, not the whole of it
    "pip install -e '.[cluster]'": ("tools/make_env.sh", "pip install"),
    "dask scheduler --port 8786": (CLUSTER, 'start("scheduler"'),
    "dask worker tcp://HOST:8786 --nworkers 16 --nthreads 1": (CLUSTER, 'start("worker"'),
    "srhm sweep FILE.yml --scheduler tcp://HOST:8786": (CLUSTER, '"--scheduler"'),
}


def bare(command):
    return command.removeprefix(".venv/bin/")


def commands():
    """Those of the blocks and those inside sentences, in their order, without their comments."""
    found = {}  # once with `.venv/bin/` or without
    for block, inline in re.findall(r"```bash\n(.*?)```|`([^`\n]+)`", README, re.DOTALL):
        for line in block.splitlines() or [inline]:
            words = shlex.split(line, comments=True)
            if len(words) > 1 and Path(words[0]).name in PROGRAMS:
                command = line.partition("  #")[0].strip()
                found.setdefault(bare(command), command)
    return list(found.values())


def python_blocks():
    return re.findall(r"```python\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the repository, and the environment in which its commands are quick."""
    folder = tmp_path_factory.mktemp("checkout")
    skipped = shutil.ignore_patterns("executed", "__pycache__")
    for name in ("srhm", "book", "notebooks", "benchmarks", "sweeps", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=skipped)
    for path in ROOT.iterdir():
        if path.is_file() and path.name != ".git":
            shutil.copy(path, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "FILE.yml").write_text(yaml.safe_dump(SWEEP), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        make_cifar10(patch, folder / "data")
        make_fashion_mnist(patch, folder / "data")
        from torchvision.datasets import CIFAR10

        names = ("train_list", "test_list", "meta")
        sums = json.dumps({name: getattr(CIFAR10, name) for name in names})
        fashion_sums = json.dumps(fashion.FILES)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(
            map(str, (ROOT / "tests" / "quick", folder, folder / "book"))
        ),
        "PATH": os.pathsep.join((str(folder / ".venv" / "bin"), os.environ["PATH"])),
        "SRHM_CIFAR10": sums,
        "SRHM_FASHION": fashion_sums,
        "OMP_NUM_THREADS": "1",
    }
    finish = run("srhm sweep FILE.yml --store elsewhere", folder, environment)
    assert finish.returncode == 0, finish.stderr
    shutil.copytree(folder / "elsewhere", folder / "results")  # something to verify and to show
    (folder / "elsewhere").rename(folder / "FILE...")  # something to merge
    return folder, environment


def run(command, folder, environment):
    words = shlex.split(command, comments=True)
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=300
    )


@pytest.mark.parametrize("command", [c for c in commands() if bare(c) not in ELSEWHERE])
def test_a_command_of_the_readme_runs(command, checkout):
    done = run(command, *checkout)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stdout or "papermill" in command
    assert not re.search("Traceback|[Ww]arning|rror:", done.stderr), done.stderr


def test_what_runs_elsewhere_does():
    known = {bare(command) for command in commands()}
    for command, (file, word) in ELSEWHERE.items():
        assert command in known, "it is not in the README any more"
        assert word in (ROOT / file).read_text(encoding="utf-8")
    assert len(known) - len(ELSEWHERE) > 8


def test_the_python_of_the_readme_runs():
    """All but what submits jobs to a cluster, which is whole Python at least."""
    names = {}
    for block in python_blocks():
        code = compile(block, "README.md", "exec")
        if "dask_jobqueue" not in block:
            exec(code, names)
    assert names["x"].shape == (4000 % 128, 6, 16)  # the last batch
    assert (names["same"].labels == names["test_set"].labels).all()
    assert names["row"]["status"] == "converged"
    assert "CIFAR10" in names
