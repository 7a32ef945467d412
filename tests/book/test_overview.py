"""The landing page: its sentences and rows follow the claims, and so do its pictures."""

import dataclasses
import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from srhm.data.task import SRHM
from srhm.runs.store import Store
from srhm_book.claims import pages
from srhm_book.claims.claim import Claim, Number, Share
from srhm_book.claims.headlines import (
    ELSEWHERE,
    HEADLINES,
    OUTCOMES,
    RIVALS,
    at_a_glance,
    outcome,
    sizes_table,
    summary,
)
from srhm_book.claims.ledger import claims, to_markdown
from srhm_book.paper import published_P_star
from srhm_book.parent.claims import GROUP as PARENT
from srhm_book.pictures import overview as pictures
from srhm_book.spatial.claims import GROUP as SPATIAL
from srhm_book.spectral.claims import GROUP as SPECTRAL
from srhm_book.why.claims import GROUP as OURS

# Of other papers than the one that the landing page is about, and of this book alone.
SISTERS = {PARENT, SPECTRAL, SPATIAL, OURS}

INTERVALS = {"agrees": (0.9, 1.1), "close": (1.05, 1.15), "open": (0.5, 1.5), "differs": (2, 3)}
NARROW = Number("x", 1, 1.3, (1.15, 1.5))  # differs, and by how much is open


def claim(verdict, id="eq3", value=1.0, chapter="06_lcn_sample_complexity"):
    part = Number("slope of log P* on s^(L/2) n_c", 1, value, INTERVALS[verdict], 1.2)
    return Claim(id, "Laws", "LCN: slope", "4B", chapter, (part,), 9, 3)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """All claims, of an empty store."""
    return claims(Store(tmp_path_factory.mktemp("empty")))


@pytest.fixture(scope="module")
def nothing(everything):
    """All claims of the paper; a sister paper's and ours have no headline."""
    return [claim for claim in everything if claim.group not in SISTERS]


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["agrees"], "Held"),
        (["agrees", "close"], "Held closely"),
        (["agrees", "open"], "Held, as far as measured"),
        (["agrees", "differs", "open"], "Held in part"),
        (["differs", "open"], "Did not hold"),
        (["open"], "Undecided"),
        ([], "Undecided"),
    ],
)
def test_the_words_for_verdicts(verdicts, words):
    assert outcome([claim(verdict) for verdict in verdicts]) == words
    assert words in OUTCOMES


def test_what_is_tested_elsewhere_is_neither_held_nor_refuted():
    items = [dataclasses.replace(claim(v), elsewhere="fewer data") for v in ("agrees", "differs")]
    assert outcome(items) == ELSEWHERE
    assert ELSEWHERE in OUTCOMES
    assert outcome([*items, claim("differs")]) == "Did not hold"
    assert "another setting: fewer data" in pages.table_html(items[:1])
    assert "another setting: fewer data" in to_markdown(items[:1])
    assert "not at the paper's setting" in pages.forest_html(items[:1])
    assert "not at the paper's setting" not in pages.forest_html([claim("open")])


def test_a_headline_can_quote_a_remark():
    (eq8,) = [h for h in HEADLINES if h.ids == ("eq8",)]
    ids = re.findall(r"{(\w+)\[", eq8.found)
    known = [dataclasses.replace(claim("open", id), parts=(NARROW,) * 2, remark="10 lie below")
             for id in ids]  # fmt: skip
    assert "CNN: 10 lie below." in eq8.told(known)


def test_every_claim_is_behind_one_headline_and_numbers_are_filled_in(nothing):
    behind = [[h for h in HEADLINES if item in h.claims(nothing)] for item in nothing]
    assert [len(found) for found in behind] == [1] * len(nothing)
    for headline in HEADLINES:
        told = headline.told(nothing)
        assert "not measured" in told
        assert "{" not in told
    assert at_a_glance(nothing) == {"Undecided": [h.name for h in HEADLINES]}
    parts = sum(len(item.parts) for item in nothing)
    assert summary(nothing) == (
        f"Of {len(nothing)} claims of the papers {len(nothing)} are open; of their {parts} parts, "
        f"one by one, {parts} are open."
    )
    part = Share("pairs", 13, 14)
    known = [Claim(i.id, i.group, "", "", "", (part,) * 5) for i in nothing]
    assert "13 of 14" in HEADLINES[3].told(known)
    assert set(at_a_glance(known)) == {"Held"}


def test_sizes_are_told_in_a_table_by_network_and_depth(nothing):
    rows = sizes_table(nothing)
    assert [row[0] for row in rows[1:]] == ["LCN, L = 2", "LCN, L = 3", "CNN, L = 2", "CNN, L = 3"]
    assert {cell for row in rows[1:] for cell in row[2:]} == {"not measured"}
    parts = (Number("mean", 1, 1.16, (1.0, 1.3)), Share("near", 12, 13, 15))
    known = [dataclasses.replace(i, parts=parts) if "P_star" in i.id else i for i in nothing]
    assert sizes_table(known)[1] == ("LCN, L = 2", "15", *["12 of 13 (× 1.16)"] * 2)
    few = [
        dataclasses.replace(i, parts=(Number("mean", 1), Share("near", 2, 3, 15))) for i in known
    ]
    assert sizes_table(few)[1][2] == "2 of 3"
    assert Checked(pages.headlines_html(known)).count["tr"] == len(rows)
    assert "<td>12 of 13 (× 1.16)</td>" in pages.headlines_html(known)


def test_the_papers_claims_and_this_books_predictions_are_counted_apart():
    ours = [claim(v, id) for v, id in zip(("agrees", "differs"), RIVALS[0], strict=True)]
    ours = [dataclasses.replace(own, group=OURS) for own in ours]
    agreed = claim("agrees").parts[0]
    narrow = dataclasses.replace(claim("differs"), parts=(NARROW, agreed))
    assert summary([claim("agrees"), claim("differs"), narrow, *ours]) == (
        "Of 3 claims of the papers 1 agrees and 2 differ (of 1 the size is open); of their 4 "
        "parts, one by one, 2 agree and 2 differ (of 1 the size is open). Of 2 predictions of this "
        "book, which no paper makes, 1 agrees and 1 differs; of their 2 parts, one by one, 1 "
        "agrees and 1 differs. Among them: 1 pair of rivals, of each of which at most one can hold."
    )
    assert "rivals" not in summary(ours[:1])


def test_rivals_are_predictions_of_the_ledger(everything):
    found = {item.id: item.group for item in everything}
    for pair in RIVALS:
        assert {found[id] for id in pair} == {OURS}


class Checked(HTMLParser):
    """Counts tags, and fails where they do not close in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.count = [], {}
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_well_formed_and_has_a_row_for_each_claim(nothing):
    items = [claim("agrees"), claim("differs", value=2.5), *nothing]
    for draw in (pages.forest_html, pages.table_html, pages.headlines_html, pages.glance_html):
        Checked(draw(items)) if draw is not pages.headlines_html else Checked(draw(nothing))
    forest = pages.forest_html(items)
    assert Checked(forest).count["a"] == len(items)
    groups = len({item.group for item in nothing})
    assert Checked(forest).count["tr"] == len(items) + groups
    ours = dataclasses.replace(claim("agrees"), group=OURS)
    table = pages.table_html([*items, ours])
    assert table.index(pages.PAPER) < table.index(pages.MAKERS[OURS])
    rows = Checked(table).count["tr"]
    assert rows == 1 + 2 + sum(len(i.parts) + (len(i.parts) > 1) for i in [*items, ours])


def test_a_row_says_what_its_interval_is_and_whether_the_size_is_open():
    noted = Number("x", 1, 0.95, (0.9, 1.1), bracket="least to largest of 3 seeds")
    narrow = NARROW
    item = dataclasses.replace(claim("differs"), parts=(noted, narrow))
    text = pages.table_html([item])
    assert '0.95 (0.90 to 1.10)<span class="found">least to largest of 3 seeds</span>' in text
    assert text.count("differs <br>(size open)") == 2
    assert "0.95 (0.90 to 1.10), least to largest of 3 seeds" in to_markdown([item])
    firm = dataclasses.replace(item, parts=(narrow, Number("x", 1, 3, (2, 4))))
    assert (firm.size_open, firm.deciding) == (False, firm.parts[1])


def test_a_row_of_the_forest_is_drawn_to_scale():
    """Its axis goes from 0 to 2 and is the same in every row; what lies beyond gets an arrow."""

    def xs(item):
        text = pages.forest_html([item])
        bar = re.search(r'class="bar" d="M([\d.]+) [\d.]+H([\d.]+)"', text)
        return [float(x) for x in bar.groups()], text

    zero, end = pages._x(0), pages._x(2)
    unit = (end - zero) / 2
    (low, high), text = xs(claim("agrees"))
    assert (low, high) == pytest.approx((zero + 0.9 * unit, zero + 1.1 * unit), abs=0.1)
    assert "expected 1" in text
    assert "<circle" in text
    (low, high), text = xs(claim("differs", value=2.5))
    assert (low, high) == pytest.approx((end, end))
    assert "<circle" not in text
    assert 'class="beyond"' in text
    assert '<a href="06_lcn_sample_complexity.html">' in text


def test_symbols_as_in_print():
    assert pages.maths("s^(L/2) n_c m^L") == "s<sup>L/2</sup> n<sub>c</sub> m<sup>L</sup>"
    assert pages.maths("P_c/P_max, S_(1,1)") == ("P<sub>c</sub>/P<sub>max</sub>, S<sub>1,1</sub>")
    assert pages.maths("P*_S < P*") == "<i>P</i>*<sub>S</sub> &lt; <i>P</i>*"
    assert pages.title("01_data") == "The data"


def test_pictures_show_both_ours_and_the_papers():
    task = SRHM(v=3, s=2, L=2, s0=1, n_c=2, m=3, seed=0)
    figure = pictures.draw_task(task, task.sample(1, seed=3), seed=0)
    letters = [text.get_text() for text in figure.axes[0].texts if len(text.get_text()) == 1]
    assert len(letters) == 1 + 2 + 3 * 4  # class, level 2, and the input three times
    paper = published_P_star("lcn")
    table = paper.assign(paper=paper.P_star, low=paper.P_star / 2, high=None)
    table.loc[:3, "paper"] = float("nan")  # points that the figure does not show
    (ax,) = pictures.draw_laws({"lcn": table}, {"lcn": paper}).axes
    drawn = [len(line.get_xdata()) for line in ax.lines if line.get_label() == "paper"]
    assert drawn == [len(paper)]
    assert len(ax.containers[0].lines[0].get_xdata()) == len(paper) - 4
    sizes = (500, 5000, 50_000)
    runs = pd.DataFrame({"P": sizes, "s0": 1, "test_error": 0.5, "S_2_1": 0.4, "D_2_1": 0.3})
    (ax,) = pictures.draw_falling(runs, "lcn").axes
    assert next(c.get_label() for c in ax.containers) == "test error"
    assert len(ax.containers) == 3
