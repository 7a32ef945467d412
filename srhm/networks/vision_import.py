"""torchvision, also where it lacks compiled operators that nothing here uses."""

from __future__ import annotations

import functools
from importlib.metadata import version
from types import ModuleType

import torch

_keep = []  # a Library's definitions are gone when it is


@functools.cache
def torchvision_models() -> ModuleType:
    """The module ``torchvision.models``; imported on first use, and with it all of torchvision.

    torchvision's wheel holds operators compiled for one build of torch. Beside another (torch for
    CPUs alone) they do not load, and importing fails where two of them, for detection, are given a
    shape function. Declaring the two is all that the import needs: after this call
    ``from torchvision.datasets import CIFAR10`` works too.

    Raises
    ------
    ModuleNotFoundError
        torchvision is not installed; one sentence that says how to get it.
    RuntimeError
        It is of another release than torch; one sentence that names both.
    """
    try:
        return _import()
    except RuntimeError:
        library = torch.library.Library("torchvision", "FRAGMENT")
        for name in ("nms", "qnms"):
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _keep.append(library)
        try:
            return _import()
        except RuntimeError as error:
            raise RuntimeError(
                f"torchvision {version('torchvision')} does not fit torch {torch.__version__}: "
                "install releases that belong together."
            ) from error


def _import() -> ModuleType:
    try:
        from torchvision import models
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            "torchvision is not installed; pip install 'srhm[images]' has it.", name="torchvision"
        ) from None
    return models
