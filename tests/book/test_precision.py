"""Chapter 4's trainings in two precisions: what is trained, and how it is told."""

import pandas as pd
import pytest
import torch

from srhm.training.config import RunConfig
from srhm_book.complexity import precision
from synthetic import runs_of

ONE = RunConfig(arch="lcn", v=6, P=256, batch_size=16, width=16, max_epochs=2, num_test=100)


def test_the_size_nearest_to_P_star_is_trained_twice_a_seed(monkeypatch):
    runs = runs_of(ONE, (250, 260))
    told = []

    def train(config, device):
        told.append((config.P, config.seed_init, torch.get_float32_matmul_precision()))
        return {"test_error": 0.1, "seconds": 1.0}

    monkeypatch.setattr(precision, "train", train)
    found = list(precision.in_both_precisions(ONE, runs, range(2), "cpu"))
    assert told == [(256, s, p) for s in range(2) for p in ("highest", "medium")]
    assert [row["precision"] for row in found] == ["highest", "medium"] * 2
    assert torch.get_float32_matmul_precision() == "highest"


def test_shift_and_spread_are_told_by_network():
    errors = {("highest", 0): 0.10, ("highest", 1): 0.14, ("medium", 0): 0.11, ("medium", 1): 0.14}
    rows = [
        {"network": "cnn", "P": 10, "precision": p, "seed": s, "test_error": e}
        for (p, s), e in errors.items()
    ]
    view, shift, spread = precision.precision_view(pd.DataFrame(rows))
    assert shift["cnn", 10] == pytest.approx(0.005)
    assert spread["cnn", 10] == pytest.approx(0.0283, abs=1e-4)
    assert view.loc[("cnn", 10)].tolist() == ["0.1200", "0.1250", "+0.0050", "0.0283"]
