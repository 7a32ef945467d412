"""The model in the page: what Python exports, and what the page does with it in a browser."""

import json
import re

import pytest

from srhm.data.task import SRHM
from srhm_book.play import exported, playground


def test_the_page_gets_the_rules_of_the_task():
    task = SRHM(v=3, s=2, L=2, s0=1, n_c=2, m=3, seed=4)
    found = exported(task)
    assert [found[name] for name in ("v", "s", "L", "s0", "n_c", "m")] == [3, 2, 2, 1, 2, 3]
    for level, rules in enumerate(task.rules):
        assert found["rules"][level] == rules.tolist()
    assert [look["name"] for look in found["looks"]["input"]] == ["a", "b", "c"]
    assert [look["name"] for look in found["looks"]["label"]] == ["1", "2"]


def test_a_task_too_wide_for_a_screen_is_refused():
    with pytest.raises(ValueError, match=r"d .*100.*1000"):
        playground(SRHM(v=3, s=2, L=3, s0=4))


def test_every_button_keeps_the_class(visit):
    """Synonyms and displacements change the input and its places, never the class read back."""
    page = visit("book/executed/01_data.html", "phone")
    box = page.locator(".play").first
    task = json.loads(box.locator("script").inner_text())

    def state():
        words = box.locator(".play-words").inner_text()
        assert "as it should" in words
        letters = re.search(r"reads ([a-z ]+);", words)[1]
        places = box.locator("svg circle[r='12']").evaluate_all(
            "discs => discs.map(d => [d.getAttribute('cx'), d.getAttribute('cy')].join())"
        )
        return re.search(r"class (\d+)", words)[1], letters, places

    assert len(state()[1].split()) == task["s"] ** task["L"]
    for level in range(1, task["L"] + 1):
        label, letters, places = state()
        box.locator(f"[data-act=exchange][data-level='{level}']").press("Enter")
        assert (state()[0], state()[2]) == (label, places)
        assert state()[1] != letters
        for _ in range(8):  # places drawn anew may be the same by chance, but not every time
            box.locator(f"[data-act=displace][data-level='{level}']").click()
            if state()[2] != places:
                break
        assert state()[0] == label
        assert state()[2] != places
    for sparsity in "BA":
        box.locator("[name=sparsity]").select_option(sparsity)
        state()
    box.locator("[name=s0]").select_option("0")
    assert box.locator("svg circle[r='3.5']").count() == 0
    state()
    assert box.locator("svg").bounding_box()["width"] <= 390
