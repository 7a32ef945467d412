"""How the built pages look and what they weigh: nothing cut off, no two closed bars in a row."""

import gzip
from pathlib import Path

import pytest

from served import SIZES, Quiet, serving

# What a first visit to a page may transfer. Hosts of static pages compress text, and so does the
# server here; without it a page has two to three times as much.
MOST_BYTES = 1_000_000
TEXT = {".html", ".css", ".js", ".svg", ".json"}

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


def pages(html: Path) -> list[str]:
    names = sorted(path.relative_to(html).as_posix() for path in html.glob("book/**/*.html"))
    assert "book/executed/01_data.html" in names
    return names


def test_problems_are_found(browser):
    page = browser.new_page()
    page.set_content(WRONG.format(wide="x" * 100))
    found = page.evaluate(PROBLEMS)
    page.close()
    assert len(found) == 3, found
    for sentence, said in zip(found, ("300: xxx", "in a row", "does not say"), strict=True):
        assert said in sentence


class Compressing(Quiet):
    """Serves text compressed, as hosts of static pages do."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        content = path.read_bytes() if path.is_file() else b""
        self.send_response(200 if path.is_file() else 404)
        self.send_header("Content-Type", self.guess_type(path))
        if path.suffix in TEXT:
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def compressed(html):
    """Where a server that compresses serves the book."""
    with serving(html, Compressing) as address:
        yield address


def test_pages_are_light_and_nothing_on_them_is_cut_off(html, browser, compressed):
    """Each is loaded once, without a cache, at a desk, and then seen on a phone."""
    weights, found = {}, []
    for name in pages(html):
        context = browser.new_context(viewport=SIZES["desk"])
        page, loaded = context.new_page(), []
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda event, to=loaded: to.append(event))
        page.goto(compressed + name, wait_until="networkidle")
        weights[name] = sum(event["encodedDataLength"] for event in loaded)
        for size, shape in SIZES.items():
            page.set_viewport_size(shape)
            found += [f"{name}, {size}: {problem}" for problem in page.evaluate(PROBLEMS)]
        context.close()
    assert not found, "\n".join(found)
    assert min(weights.values()) > 100_000  # all that a page asks for was counted
    heavy = {name: weight for name, weight in weights.items() if weight > MOST_BYTES}
    assert not heavy, heavy
