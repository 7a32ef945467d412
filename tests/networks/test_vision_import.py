"""torchvision beside any build of torch; a sentence where it is missing."""

import subprocess
import sys

import pytest

from srhm.networks.vision_import import torchvision_models


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
