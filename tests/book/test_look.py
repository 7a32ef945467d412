"""Every built page: whole, light, open to all, nothing cut off, no two closed bars in a row."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from served import SIZES, pages, wait_for_math

# What a first visit to a page may transfer. Hosts of static pages compress text, and so does the
# server here; without it a page has two to three times as much.
MOST_BYTES = 1_000_000

# The text of a page but for its code, which may well say "$P^*$".
PROSE = """article => {
    const prose = article.cloneNode(true);
    prose.querySelectorAll("pre, code, script").forEach(node => node.remove());
    return prose.textContent;
}"""

# What axe-core looks at: the rules of WCAG, in the dark contrast alone; of long tables the first
# rows, which the others resemble, and code on one page, as its colours are the same on all.
WCAG, CONTRAST = {"runOnly": ["wcag2a", "wcag2aa"]}, {"runOnly": ["color-contrast"]}
# The rows of claims have colours by their verdict: all are looked at.
LATER_ROWS, CODE = ["tr:nth-child(n+12)"], [".highlight"]
OF_CLAIMS = ("book/executed/00_overview.html", "book/executed/21_all_claims.html")
WITH_CODE = "book/executed/01_data.html"

# What is wrong with a page's look at the window's size, in words.
PROBLEMS = """() => {
    const found = [], visible = box => box.checkVisibility() && !box.closest("details:not([open])");
    const words = box => box.textContent.trim().slice(0, 60);
    const boxes = document.querySelectorAll(
        "article div.highlight pre, article .cell_output .output, "
        + "article .pst-scrollable-table-container, article div.math mjx-container");
    for (const box of boxes) {
        if (innerWidth < 800 && box.tagName === "PRE") continue;  // code scrolls on a phone
        if (visible(box) && box.scrollWidth > box.clientWidth + 1)
            found.push(`${box.scrollWidth} in ${box.clientWidth}: ${words(box)}`);
    }
    const bars = [...document.querySelectorAll("article details")]
        .filter(bar => !bar.parentElement.closest("details"));
    bars.slice(1).forEach((bar, i) => {
        const range = document.createRange();
        range.setStartAfter(bars[i]);
        range.setEndBefore(bar);
        const between = range.cloneContents();
        between.querySelectorAll("script, style").forEach(node => node.remove());
        if (!between.textContent.trim() && !between.querySelector("img, svg"))
            found.push(`two bars in a row: ${words(bars[i])} | ${words(bar)}`);
    });
    for (const bar of bars) {
        const named = words(bar).startsWith("Parameters of this page");
        if (named !== /^profile = /m.test(bar.querySelector(".cell_input pre")?.textContent ?? ""))
            found.push(`a bar that does not say what it holds: ${words(bar)}`);
    }
    return found;
}"""

WRONG = """<article style="width: 300px">
  <details><summary>Parameters of this page</summary><div class="cell_input"><pre>profile = 1</pre>
  </div></details><p>Words.</p>
  <details><summary>Parameters of this page</summary><div class="cell_input"><pre>table</pre></div>
  </details> <script>1</script>
  <details><summary>Another</summary>More.</details>
  <div class="highlight"><pre style="overflow: auto">{wide}</pre></div>
  <details><summary>Code</summary><div class="highlight"><pre style="overflow: auto">{wide}</pre>
  </div></details>
</article>"""


def test_problems_are_found(browser):
    page = browser.new_page()
    page.set_content(WRONG.format(wide="x" * 100))
    found = page.evaluate(PROBLEMS)
    page.close()
    assert len(found) == 3, found
    for sentence, said in zip(found, ("300: xxx", "in a row", "does not say"), strict=True):
        assert said in sentence


@pytest.mark.parametrize("part", ["pages", "other pages"])
def test_every_page_is_whole_light_and_open_to_all(html, visit, part):
    """Each is loaded once, at a desk in the light, then seen in the dark and on a phone.

    In two parts, for two processes (see tests/conftest.py): it takes minutes.
    """
    axe, found = Axe(), []
    for name in pages(html)[part == "pages" :: 2]:
        page = visit(name)
        wait_for_math(page)
        raw = re.search(r"\\[(\[]|\$", page.locator("article").evaluate(PROSE))
        found += [f"{name} shows raw TeX: {raw}"] if raw else []
        for scheme, rules in {"light": WCAG, "dark": CONTRAST}.items():
            show_in(page, scheme)
            skipped = CODE * (name != WITH_CODE) + LATER_ROWS * (name not in OF_CLAIMS)
            wrong = barriers(axe, page, rules, skipped)
            found += [f"{name} in the {scheme}: {fault}" for fault in wrong]
        for size, shape in SIZES.items():
            page.set_viewport_size(shape)
            wrong = [*faults(page), *page.evaluate(PROBLEMS)]
            found += [f"{name}, {size}: {fault}" for fault in wrong]
        page.context.close()
    assert not found, "\n".join(found)
    assert min(visit.loaded.values()) > 100_000  # all that a page asks for was counted
    heavy = {name: size for name, size in visit.loaded.items() if size > MOST_BYTES}
    assert not heavy, heavy


def faults(page):
    """What is too wide for the window, and pictures that are broken or say nothing."""
    wide, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    if wide > shown:
        yield f"{wide} wide, on a screen of {shown}"
    for image in page.query_selector_all("article img"):
        alt = image.get_attribute("alt")
        if not re.fullmatch(r".{20,}(?<!svg|png)", alt or "", re.S):
            yield f"alt {alt!r}"
        if not image.evaluate("image => image.complete && image.naturalWidth > 0"):
            yield f"the picture {alt!r} is not there"
        if image.bounding_box()["width"] > shown:
            yield f"the picture {alt!r} is wider than the screen"


def show_in(page, scheme):
    """Switch to light or dark, at once: a colour that is on its way has no contrast of its own."""
    page.add_style_tag(content="*, *::before, *::after {transition: none !important}")
    page.emulate_media(color_scheme=scheme)
    page.wait_for_selector(f"html[data-theme={scheme}]", state="attached")


def barriers(axe, page, rules, skipped=()):
    """What axe-core finds serious: contrast, names, languages ..."""
    options = {"resultTypes": ["violations"], "preload": False, **rules}
    seen = {"exclude": [[selector] for selector in skipped]}
    for violation in axe.run(page, context=seen, options=options).response["violations"]:
        if violation["impact"] in ("serious", "critical"):
            places = [node["html"][:120] for node in violation["nodes"][:3]]
            yield f"{violation['id']} {places}"
