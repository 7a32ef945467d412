"""Which of the authors' choices of training moves P*: one at a time, seed by seed.

The reference is `srhm.training.authors.authors_config`, narrower. Tasks are small and differ in
network, depth and sparsity. The cheaper training, `srhm.training.authors.cheaper`, is tried in
harder ones too.
"""

from __future__ import annotations

from srhm.training.authors import authors_config, cheaper
from srhm.training.config import RunConfig

WIDTH, MAX_EPOCHS = 128, 1000
# arch, v, L, s0, and where the search begins: the paper's P*.
TASKS = (("cnn", 4, 2, 2, 1160), ("lcn", 4, 3, 0, 1160), ("lcn", 4, 2, 1, 904))
CHEAP = "batch × 4, stop at 0.01"
SAVINGS = ("batch × 4, rate × 4", "stop at 0.01", "width 64")  # one at a time
# Where P* by `CHEAP` over P* by the reference was hoped to lie BEFORE any of it was trained.
EXPECTED_CHEAP = (0.95, 1.05)
# The hardest tasks that can be paid for: deep and sparse, and patches of three.
CORNERS = ({"L": 3, "s0": 2, "P": 10_240}, {"L": 2, "s": 3, "P": 5_792})


def references() -> list[RunConfig]:
    """The authors' training of each task; its P is only where the search begins."""
    return [
        authors_config(arch, v, P, L=L, s0=s0, width=WIDTH, max_epochs=MAX_EPOCHS)
        for arch, v, L, s0, P in TASKS
    ]


def corners() -> list[RunConfig]:
    """The authors' training of each of `CORNERS`, by a CNN with v = 4."""
    return [
        authors_config("cnn", 4, **task, width=WIDTH, max_epochs=MAX_EPOCHS) for task in CORNERS
    ]


def variants(reference: RunConfig) -> dict[str, RunConfig]:
    """The reference and what is changed in it, by name.

    With fan-in scaling the output at the start is smaller by sqrt(d), d = (s (s0+1))^L, so the
    tangent kernel by d: the same rate trains slower, d times the rate as fast and less lazily.
    """
    d, lr = reference.task.d, reference.lr
    both = cheaper(reference)
    larger = {"batch_size": both.batch_size, "lr": both.lr}
    changes = {
        "as the authors": {},
        "fan-in scaling": {"scaling": "fan_in"},
        "fan-in, same kernel": {"scaling": "fan_in", "lr": lr * d},
        "rate / 3": {"lr": lr / 3},
        "rate × 3": {"lr": lr * 3},
        "random batches": {"balanced": False},
        "batch × 4, rate × 4": larger,
        "stop at 0.01": {"stop_loss": 1e-2},
        "width 64": {"width": 64},
        "width 256": {"width": 256},
    }
    changed = {name: reference.replace(**fields) for name, fields in changes.items()}
    return changed | {CHEAP: both}


def ablation_settings() -> list[RunConfig]:
    """All of them, to be searched (`srhm-book grid authors_ablation`)."""
    found = [config for reference in references() for config in variants(reference).values()]
    return found + [config for own in corners() for config in (cheaper(own), own)]
