"""What a transformation does to the decision, next to what it does to the output."""

from __future__ import annotations

from srhm.data.samples import Samples
from srhm.data.task import SRHM
from srhm.training.observables import Activations, sensitivities


def changed_decisions(
    task: SRHM, activations: Activations, samples: Samples, seed: int
) -> dict[str, tuple[float, float]]:
    """How often the most likely class changes, beside the output's sensitivity.

    Parameters
    ----------
    activations: with a layer "out", the logits, as `srhm.training.observables.sparse_activations`.
    samples: test data; the sensitivity uses halves of them, as always.

    Returns
    -------
    "S_out_1" and so on, for every transformation that exists: (sensitivity, share of samples whose
    decision changes).
    """
    found = sensitivities(task, activations, samples, seed)
    before = _decisions(activations, samples)
    result = {}
    for letter, there in (("S", task.m > 1), ("D", task.s0 > 0)):
        transform = task.exchange_synonyms if letter == "S" else task.displace
        for level in range(1, task.L + 1) if there else ():
            after = _decisions(activations, transform(samples, level, seed))
            share = (before != after).double().mean().item()
            result[f"{letter}_out_{level}"] = found[f"{letter}_out_{level}"], share
    return result


def _decisions(activations: Activations, samples: Samples):
    return activations(samples)["out"].f[:, 0].argmax(1)
