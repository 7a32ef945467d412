"""The built book in a real browser: a small one, whose notebooks run in the profile `smoke`.

Needs Chromium on the PATH. Without one these tests are skipped, except on CI, where they fail.
"""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.parse
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup

from srhm_book.publish.notebooks import run_notebooks

ROOT = Path(__file__).parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SIZES = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def chromium():
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        reason = f"none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def executed(tmp_path_factory):
    """The folder of the notebooks executed in the profile `smoke`, inside a copy of the book."""
    folder = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("executed"))
    run_notebooks(profile="smoke", out=folder / "book" / "executed", progress=False)
    return folder / "book" / "executed"


def test_every_figure_is_the_one_output_of_its_cell(executed):
    """A second output, such as the value of a last line without a semicolon, repeats the label."""
    for path in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            if "figure" in cell["metadata"].get("mystnb", {}):
                kinds = [output["output_type"] for output in cell["outputs"]]
                assert kinds == ["display_data"], f"{path.name}: {kinds} after {cell['source'][-1]}"


def test_no_notebook_keeps_a_progress_bar_or_a_warning(executed):
    for path in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(path.read_text())["cells"]:
            errors = [o for o in cell.get("outputs", []) if o.get("name") == "stderr"]
            assert not errors, f"{path.name}: {errors}"


@pytest.fixture(scope="session")
def html(chromium, executed):
    """The folder of the built book; a warning of the build fails it."""
    folder = executed.parent.parent
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def url(html):
    """Where a local server serves the book."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=html)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, url):
    """Opens a page of the book; at the end no request of any may have failed or left the book."""
    contexts, problems = [], []

    def visit(page_name, size="desk", dark=False, base=url, watched=True):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        if watched:
            watch(page, base)
        page.goto(base + page_name, wait_until="networkidle")
        return page

    def watch(page, base):
        page.on("console", lambda m: m.type == "error" and problems.append(f"console: {m.text}"))
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("requestfailed", lambda r: problems.append(f"failed: {r.url}"))
        page.on("response", lambda r: r.status >= 400 and problems.append(f"{r.status}: {r.url}"))
        page.on(
            "request",
            lambda r: r.url.startswith((base, "data:")) or problems.append(f"outside: {r.url}"),
        )

    yield visit
    for context in contexts:
        context.close()
    assert not problems, problems


def pages(html):
    names = sorted(path.relative_to(html).as_posix() for path in html.glob("book/**/*.html"))
    assert {"book/index.html", "book/model.html", "book/executed/01_data.html"} <= set(names)
    return names


def test_no_page_has_a_serious_barrier(html, visit):
    """axe-core's rules: contrast, names, order of headings ...; in the dark those of contrast."""
    axe, found = Axe(), []
    for name in pages(html):
        for scheme, options in {"light": {}, "dark": {"runOnly": ["color-contrast"]}}.items():
            page = visit(name, dark=scheme == "dark", watched=False)
            for violation in axe.run(page, options=options).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    places = [node["html"][:120] for node in violation["nodes"][:3]]
                    found.append(f"{name} {scheme}: {violation['id']} {places}")
            page.context.close()
    assert not found, "\n".join(found)


def test_every_link_leads_somewhere(html):
    """Files and anchors inside the book; addresses outside it are not asked."""
    trees = {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in [*html.glob("*.html"), *html.glob("book/**/*.html")]
    }
    anchors = {path: {tag["id"] for tag in tree.find_all(id=True)} for path, tree in trees.items()}
    lost = []
    for path, tree in trees.items():
        for tag in tree.select("[href], [src]"):
            address = tag.get("href", tag.get("src"))
            there = urllib.parse.urlsplit(address)
            if there.scheme or there.netloc:
                continue
            target = (path.parent / urllib.parse.unquote(there.path)).resolve()
            target = path if not there.path else target
            name = path.relative_to(html)
            if not target.is_file():
                lost.append(f"{name}: no file {address}")
            elif there.fragment and target in anchors and there.fragment not in anchors[target]:
                lost.append(f"{name}: no anchor {address}")
    assert not lost, "\n".join(lost)


def wait_for_math(page):
    page.wait_for_function(
        "() => document.querySelectorAll('mjx-container').length"
        " >= document.querySelectorAll('.math').length"
    )


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_whole(html, visit, size):
    for name in pages(html):
        page = visit(name, size)
        wait_for_math(page)
        raw = re.search(r"\\[(\[]|\$", page.inner_text("article"))
        assert raw is None, f"{name} shows raw TeX: {raw}"
        wide, shown = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= shown, f"{name} is {wide} wide on a {size} of {shown}"
        for image in page.query_selector_all("article img"):
            alt = image.get_attribute("alt")
            assert re.fullmatch(r".{20,}(?<!svg|png)", alt or "", re.S), f"{name}: alt {alt!r}"
            assert image.evaluate("image => image.complete && image.naturalWidth > 0"), name
            assert image.bounding_box()["width"] <= shown, name


def test_math_is_typeset_with_the_books_own_fonts(visit):
    page = visit("book/model.html")
    wait_for_math(page)
    assert page.locator("mjx-container").count() > 30
    box = page.locator("#equation-eq-lcn mjx-container").first.bounding_box()
    assert box["height"] > 10
    assert page.evaluate("document.fonts.check('16px MJXTEX')")
    assert re.search(r"\(1\.\d\)", page.inner_text("#equation-eq-lcn"))


def test_the_book_also_works_from_the_disk(html, visit):
    page = visit("book/model.html", base=html.as_uri() + "/")
    wait_for_math(page)
    # From the disk a browser shows the pages found, but may not fetch excerpts from them.
    page = visit("search.html?q=sparsity", base=html.as_uri() + "/", watched=False)
    page.wait_for_selector("#search-results li a")


def test_search_finds_sparsity(visit):
    page = visit("search.html?q=sparsity")
    page.wait_for_selector("#search-results li a")
    found = page.eval_on_selector_all("#search-results li a", "links => links.map(a => a.href)")
    assert any("/book/model.html" in link for link in found), found


def test_figures_are_numbered_and_referred_to(visit):
    page = visit("book/executed/01_data.html")
    captions = page.locator("article figcaption .caption-number").all_inner_texts()
    assert [caption.strip() for caption in captions[:2]] == ["Fig. 2.1", "Fig. 2.2"]
    page.click("article p a:has-text('Fig. 2.2')")
    assert page.url.endswith("#fig-samples")


def test_hidden_code_opens(visit):
    page = visit("book/executed/01_data.html", "phone")
    cell = page.locator("div.cell.tag_hide-input").first
    assert not cell.locator(".cell_input pre").is_visible()
    cell.locator("summary").click()
    assert cell.locator(".cell_input pre").is_visible()
    assert "profile" in cell.locator(".cell_input pre").inner_text()


def test_executed_notebook_can_be_downloaded(html, visit):
    page = visit("book/executed/01_data.html")
    link = page.locator("a.btn-download-source-button").first.get_attribute("href")
    notebook = (html / "book" / "executed" / link).resolve()
    assert notebook.name == "01_data.ipynb"
    assert "image/svg+xml" in notebook.read_text()


def test_dark_mode_keeps_figures_on_white(visit):
    page = visit("book/executed/01_data.html", dark=True)
    assert page.get_attribute("html", "data-theme") == "dark"
    style = page.locator("article figure img").first.evaluate(
        "image => [getComputedStyle(image).backgroundColor, getComputedStyle(image).filter]"
    )
    assert style == ["rgb(255, 255, 255)", "none"]
    colors = page.evaluate(
        "['body', 'article figcaption'].map(s => getComputedStyle(document.querySelector(s)).color)"
    )
    assert colors[0] == colors[1]


def test_pages_show_the_claims(visit):
    """The main ones on the landing page, all on a page of their own."""
    from srhm.runs.paths import project
    from srhm.runs.store import Store
    from srhm_book.claims.ledger import HEADLINES, claims

    items = claims(Store(project("results")))
    main = [item for item in items if item.id in HEADLINES]
    assert len(main) == len(HEADLINES) < len(items)
    for page, shown in {"book/index.html": main, "book/verdicts.html": items}.items():
        rows = visit(page).locator(".claims tbody tr").all_inner_texts()
        assert len(rows) == len(shown)
        for row, item in zip(rows, shown, strict=True):
            assert item.statement in row
            assert item.verdict in row
