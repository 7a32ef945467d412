"""The ledger's claims of the parent, where nothing is stored and where P* follows the law."""

import numpy as np
import pandas as pd
import pytest

from srhm.runs.store import Store
from srhm_book.claims.ledger import to_markdown
from srhm_book.parent import claims
from synthetic import runs_of


def test_nothing_stored_is_open(tmp_path):
    """But for signal and noise, which need no training, and dimensions, stored by themselves."""
    found = {claim.id: claim for claim in claims.deep_claims(Store(tmp_path))}
    noise = found.pop("parent_noise")
    assert noise.verdict in ("agrees", "close")
    del found["parent_dimension"]
    assert found.pop("parent_draws").verdict == "open"
    assert {claim.verdict for claim in found.values()} == {"open"}
    assert not any(claim.measured for claim in found.values())
    assert {claim.group for claim in found.values()} == {claims.GROUP}
    assert all(len(row.split(" | ")) == 8 for row in to_markdown([noise]).splitlines()[2:3])


@pytest.mark.parametrize(
    ("star", "verdicts"),
    [
        (lambda c: c.n_c * c.m**c.L, {"law": "agrees", "v": "agrees", "depth": "agrees"}),
        (lambda c: c.n_c * c.m**c.L * (c.v / 32) ** 0.5, {"v": "differs"}),
        (lambda c: c.n_c * (c.m / 1.5) ** c.L, {"depth": "differs"}),
    ],
)
def test_verdicts_follow_P_star(monkeypatch, tmp_path, star, verdicts):
    def deep_runs(settings, store):
        stars = {c: [f * max(star(c), 20) for f in (0.98, 1, 1.02)] for c in settings}
        return {c: runs_of(c, own) for c, own in stars.items()}, []

    monkeypatch.setattr(claims.deep, "deep_runs", deep_runs)
    found = {claim.id: claim for claim in claims.deep_claims(Store(tmp_path))}
    for name, verdict in verdicts.items():
        allowed = {"agrees", "close"} if verdict == "agrees" else {verdict}
        assert found[f"parent_{name}"].verdict in allowed, name
    assert found["parent_law"].seeds == 3


@pytest.mark.parametrize(("power", "verdict"), [(1.0, "agrees"), (0.5, "differs")])
def test_draws_of_the_rules_follow_their_P_c_or_do_not(monkeypatch, tmp_path, power, verdict):
    P_c = np.geomspace(10, 100, 12)
    table = pd.DataFrame({"P_star": P_c**power, "tuple, mean": P_c})
    monkeypatch.setattr(claims.seeds, "trained", lambda *_: dict.fromkeys(claims.seeds.TASKS, 0))
    monkeypatch.setattr(claims.seeds, "by_rules", lambda runs: table)
    found = {claim.id: claim for claim in claims.deep_claims(Store(tmp_path))}
    assert found["parent_draws"].verdict == verdict
    assert found["parent_draws"].settings == len(claims.seeds.TASKS)
