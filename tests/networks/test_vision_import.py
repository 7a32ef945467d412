"""torchvision beside any build of torch; a sentence where it is missing."""

import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest
import torch

from srhm.networks import vision_import
from srhm.networks.vision_import import torchvision_models

ROOT = Path(__file__).parent.parent.parent


def test_models_are_there_in_a_fresh_process():
    """Also beside a torch for CPUs alone, where the plain import fails, and a second time."""
    code = (
        "from srhm.networks.vision_import import torchvision_models as models\n"
        "assert models() is models()\n"
        "import torchvision.datasets\n"
        "print(sum(p.numel() for p in models().resnet18(num_classes=1000).parameters()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("11689512\n", "")  # as published


def test_missing_torchvision_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'srhm\[images\]' has it\.$"):
        torchvision_models.__wrapped__()


def test_srhm_itself_needs_neither_torchvision_nor_scikit_learn():
    code = (
        "import sys, srhm.cli, srhm.training.run\n"
        "print([name in sys.modules for name in ('torchvision', 'sklearn')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[False, False]\n"


def test_releases_that_do_not_fit_are_named(monkeypatch):
    def fail():
        raise RuntimeError("operator torchvision::other does not exist")

    monkeypatch.setattr(vision_import, "_import", fail)
    monkeypatch.setattr(vision_import.torch.library, "Library", lambda *_: Mock())
    with pytest.raises(RuntimeError, match=rf"torchvision .* torch {re.escape(torch.__version__)}"):
        torchvision_models.__wrapped__()


def test_the_way_to_cifar10_that_the_readme_shows():
    """In a fresh process, whatever the build of torch."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (code,) = [c for c in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "CIFAR10" in c]
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(CIFAR10.__name__)"], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("CIFAR10\n", "")
