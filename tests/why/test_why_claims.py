"""The ledger's own claims: open where nothing is stored, and each with its refutation."""

import pytest

from srhm.runs.store import Store
from srhm.stats.fits import Estimate
from srhm_book.why import claims, later_claims, measure
from srhm_book.why.claims import GROUP, why_claims


def test_without_trainings_they_are_open_and_say_what_would_refute_them(tmp_path):
    found = why_claims(Store(tmp_path))
    assert len({claim.id for claim in found}) == len(found) == 17
    assert {claim.group for claim in found} == {GROUP}
    assert all(claim.remark.startswith("refuted by") for claim in found)
    trained = [c for c in found if c.chapter in (claims.LEVELS, later_claims.INVARIANCES)]
    trained += [claim for claim in found if claim.id == "why_own_factor"]
    assert {claim.verdict for claim in trained} == {"open"}
    assert not any(claim.measured for claim in trained)


def test_without_measurements_one_step_has_no_claim(tmp_path, monkeypatch):
    def nothing(_name):
        raise FileNotFoundError

    monkeypatch.setattr(measure, "read", nothing)
    found = why_claims(Store(tmp_path))
    assert {claim.chapter for claim in found} == {claims.LEVELS, later_claims.INVARIANCES}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((0.7, 1.4), "agrees"), ((0.46, 0.85), "open"), ((2.6, 3.3), "differs"), ((0.1, 9), "open")],
)
def test_ratios_have_the_verdict_of_their_chapter(ends, expected):
    """Not the ledger's, by which the second, that leaves out 1, would differ."""
    assert later_claims.Ratio.of("x", 1.0, Estimate(1.0, *ends)).verdict == expected
    tenfold = later_claims.Ratio.of("x", 10.0, Estimate(10.0, *(10 * end for end in ends)))
    assert tenfold.verdict == expected
    assert later_claims.Ratio.of("x", 1.0, None).verdict == "open"
