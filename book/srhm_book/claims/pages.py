"""The claims as the book's pages show them: HTML that a phone can show and a mouse can ask.

Links lead to the chapters' pages beside the page. Without the book's style sheet it is a plain
list and a plain table.
"""

from __future__ import annotations

import re
from html import escape
from itertools import groupby

from srhm.runs.paths import project
from srhm_book.claims.claim import (
    BAND,
    MOST,
    OWN,
    RULE,
    Claim,
    Number,
    Share,
    expected,
    here,
    in_words,
    noted,
    numbers,
)
from srhm_book.claims.headlines import HEADLINES, at_a_glance, outcome
from srhm_book.wording import NOTHING, join

# The forest plot: values over the expected one, from 0 to 2, on strips of this size in pixels.
SIZE, END = (240, 18), 2.0
TICKS = (0, 0.5, 1, 1.5, 2)
# Who makes the claims of a group; every other group is of the paper that the book is about.
MAKERS = {
    "Before sparsity": "The Random Hierarchy Model (Cagnetta et al. 2024)",
    "Spatial information": "How spatial information is lost (Tomasini et al. 2022a)",
    "Kernel regression": "Spectral bias (Tomasini et al. 2022b)",
    OWN: "Predictions of this book, which no paper makes",
}
PAPER = "The Sparse Random Hierarchy Model (Tomasini and Wyart 2024)"
COLUMNS = ("claim", "expected", "paper", "here", "verdict")
TONES = {  # the class of a word's colour
    "Held": "agrees",
    "Held closely": "close",
    "Held in part": "part",
    "Did not hold": "differs",
}


def headlines_html(items: list[Claim]) -> str:
    """One sentence of the paper each, whether it held, and what was found."""
    rows = []
    for headline in HEADLINES:
        word = outcome(headline.claims(items))
        links = ", ".join(_link(chapter) for chapter in headline.chapters)
        found, table = maths(headline.told(items)), ""
        if headline.table:  # between what was found and the links
            table = f'</p>{_small_table(headline.table(items))}<p class="found">'
        rows.append(
            f'<li><p>{maths(headline.sentence)} <strong class="{_tone(word)}">{word}.</strong></p>'
            f'<p class="found">{found}{table} {links}.</p></li>'
        )
    return f'<ol class="headlines">{"".join(rows)}</ol>'


def _small_table(rows: list[tuple[str, ...]]) -> str:
    """Rows of text as a table; the first is the head, the first of each its name."""
    head, *others = rows
    lines = ["".join(f'<th scope="col">{maths(cell)}</th>' for cell in head)] + [
        f'<th scope="row">{maths(name)}</th>{"".join(f"<td>{maths(cell)}</td>" for cell in cells)}'
        for name, *cells in others
    ]
    return f'<table class="found">{"".join(f"<tr>{line}</tr>" for line in lines)}</table>'


def glance_html(items: list[Claim]) -> str:
    """What held and what did not, in a few words."""
    parts = [
        f'<strong class="{_tone(word)}">{word}:</strong> {maths(join(names))}.'
        for word, names in at_a_glance(items).items()
    ]
    return f'<p class="glance">{" ".join(parts)}</p>'


def _tone(word: str) -> str:
    return TONES.get(word.partition(",")[0], "open")


def forest_html(items: list[Claim]) -> str:
    """All claims on one axis, found over expected; each row leads to its chapter."""
    rows = []
    for group, own in groupby(items, key=lambda item: item.group):
        rows.append(
            f'<tr class="group"><th scope="col">{group}</th><td>{_axis()}</td>'
            '<th scope="col">here</th><th scope="col">verdict</th></tr>'
        )
        rows += [_forest_row(item) for item in own]
    return f'<table class="forest">{"".join(rows)}</table>'


def rule_html() -> str:
    """The rule of the verdicts."""
    marked = re.sub(r"[*](.*?)[*]", r"<em>\1</em>", RULE)
    return "".join(f"<p>{part}</p>" for part in marked.split("\n\n"))


def table_html(items: list[Claim]) -> str:
    """All claims under who makes them; those of several parts with a row for each."""
    head = "".join(f'<th scope="col">{column}</th>' for column in COLUMNS)
    rows = []
    for maker, own in groupby(items, key=lambda item: MAKERS.get(item.group, PAPER)):
        rows.append(
            f'<tr class="group"><th scope="colgroup" colspan="{len(COLUMNS)}">{maker}</th></tr>'
        )
        for item in own:
            rows += _claim_rows(item)
    return f'<table class="all-claims"><thead><tr>{head}</tr></thead>{"".join(rows)}</table>'


def _claim_rows(item: Claim) -> list[str]:
    what = item.parts[0].what if len(item.parts) == 1 else item.statement
    basis = [
        what if what != item.statement else None,
        _where(item.figure),
        f"settings {item.settings}, seeds {item.seeds}",
        item.remark,
        item.elsewhere and f"another setting: {item.elsewhere}",
    ]
    name = (
        f'<th scope="row">{_link(item.chapter, maths(item.statement))}<span class="found">'
        f"{maths('; '.join(filter(None, basis)))}</span></th>"
    )
    alone = _cells(item.parts[0]) if len(item.parts) == 1 else '<td colspan="3"></td>'
    first = (
        f'<tr class="claim" id="{item.id}">{name}{alone}'
        f'<td class="{item.verdict}">{_told(item)}</td></tr>'
    )
    parts = item.parts if len(item.parts) > 1 else ()
    return [first] + [
        f'<tr><th scope="row">{maths(part.what)}</th>{_cells(part)}<td>{_told(part)}</td></tr>'
        for part in parts
    ]


def _where(figure: str) -> str | None:
    """ "Figure 4B" or "Eq. 10": where the paper has it."""
    if figure == NOTHING:
        return None
    return figure if figure.startswith("Eq.") else f"Figure {figure}"


def _cells(part: Number | Share) -> str:
    cells = zip(("expected", "paper", "here"), numbers(part), strict=True)
    notes = {"here": noted(part, '<span class="found">{}</span>')}
    return "".join(
        f'<td data-name="{name if text != NOTHING else "nothing"}">{text}{notes.get(name, "")}</td>'
        for name, text in cells
    )


def _told(item: Claim | Number | Share) -> str:
    """The verdict, and below it what is added."""
    return in_words(item).replace(" (", " <br>(")


def maths(text: str) -> str:
    """Escaped, with powers, indices and P* set as in print."""
    text = re.sub(r"\^(?:\(([^)]*)\)|(\w))", r"<sup>\1\2</sup>", escape(text, quote=False))
    text = re.sub(r"\b(n|log P\*|P\*|P|S|R)_(?:\(([\d,]+)\)|(\w+)\b)", r"\1<sub>\2\3</sub>", text)
    return text.replace("P*", "<i>P</i>*")


def title(chapter: str) -> str:
    """The first heading of a notebook."""
    source = project("notebooks", f"{chapter}.py").read_text(encoding="utf-8")
    return re.search(r"^# # (.*)$", source, re.MULTILINE)[1].replace("\\", "")


def _link(chapter: str, text: str | None = None) -> str:
    return f'<a href="{chapter}.html">{text or maths(title(chapter))}</a>'


def _forest_row(item: Claim) -> str:
    part = item.deciding
    value, _, ends = here(part).partition(" (")
    ends = f'<span class="interval"> ({ends}</span>' if ends else ""
    notes = [part.what] if len(item.parts) > 1 else []
    notes += ["not at the paper's setting"] if item.elsewhere else []
    what = f'<span class="found">{maths("; ".join(notes))}</span>' if notes else ""
    return (
        f'<tr><th scope="row">{_link(item.chapter, maths(item.statement))}{what}</th>'
        f"<td>{_strip(item)}</td><td>{value}{ends}</td>"
        f'<td class="{item.verdict}">{item.verdict}</td></tr>'
    )


def _strip(item: Claim) -> str:
    """The deciding part with its interval and the paper's value; small dots for its others."""
    part, (width, height), shapes = item.deciding, SIZE, []
    y, ends = height / 2, (MOST, 1) if isinstance(part, Share) else (1 - BAND, 1 + BAND)
    left, right = map(_x, ends)
    shapes.append(f'<rect class="band" x="{left:.1f}" y="0" width="{right - left:.1f}" '
                  f'height="{height}" fill-opacity="0.15"/>')  # fmt: skip
    shapes.append(f'<path class="one" d="M{_x(1):.1f} 0V{height}" stroke="currentColor"/>')
    if part.value is not None:
        shapes += [_dot(_over(other), y) for other in item.parts if other is not part]
        if part.interval is not None:
            low, high = (_x(_over(part, end, open_)) for end, open_ in
                         zip(part.interval, (0, END), strict=True))  # fmt: skip
            shapes.append(f'<path class="bar" d="M{low:.1f} {y}H{high:.1f}" '
                          'stroke="currentColor" stroke-width="2"/>')  # fmt: skip
        if part.paper is not None:
            shapes.append(_cross(_x(_over(part, part.paper)), y))
        shapes.append(_marker(item.verdict, _over(part), y))
    words = _described(part)
    return (
        f'<svg class="strip {item.verdict}" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{words}"><title>{words}</title>'
        f"{''.join(shapes)}</svg>"
    )


def _described(part: Number | Share) -> str:
    paper = f"; the paper's own points {numbers(part)[1]}" if part.paper is not None else ""
    return escape(f"{part.what}: {here(part)}; expected {expected(part)}{paper}")


def _over(part, value=None, if_open=None) -> float:
    """A value of a part, by default the one found, over the expected one."""
    if value is None:
        value = part.value if if_open is None else None
    return if_open if value is None else value / part.expected


def _x(ratio: float) -> float:
    """Pixels from the left; beyond the axis, its end."""
    return 6 + (SIZE[0] - 12) * min(max(ratio, 0), END) / END


def _dot(ratio, y) -> str:
    if ratio is None:
        return ""
    return f'<circle class="other" cx="{_x(ratio):.1f}" cy="{y}" r="2" fill="currentColor"/>'


def _cross(x, y) -> str:
    path = f"M{x - 4:.1f} {y - 4}l8 8m0 -8l-8 8"
    return f'<path class="paper" d="{path}" stroke="currentColor" fill="none" stroke-width="1.5"/>'


def _marker(verdict: str, ratio: float, y: float) -> str:
    """A disc, hollow unless it agrees; a diamond where it differs; an arrow beyond the axis."""
    x = _x(ratio)
    if not 0 <= ratio <= END:
        way = 1 if ratio > END else -1
        path = f"M{x + way * 5:.1f} {y}l{-way * 8} -5v10z"
        return f'<path class="beyond" d="{path}" fill="currentColor"/>'
    if verdict == "differs":
        return f'<path d="M{x:.1f} {y - 6}l6 6l-6 6l-6 -6z" fill="currentColor"/>'
    fill = "currentColor" if verdict == "agrees" else "var(--pst-color-background, white)"
    return (f'<circle cx="{x:.1f}" cy="{y}" r="4.5" stroke="currentColor" stroke-width="2" '
            f'fill="{fill}"/>')  # fmt: skip


def _axis() -> str:
    width, height = SIZE
    marks = "".join(
        f'<text x="{_x(t):.1f}" y="{height - 4}" text-anchor="middle" font-size="11" '
        f'fill="currentColor">{t:g}</text>'
        for t in TICKS
    )
    label = f"axis: found over expected, from 0 to {END:g}"
    return (f'<svg class="strip" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{label}">{marks}</svg>')  # fmt: skip
