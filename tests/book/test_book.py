"""The built book in a real browser (see conftest.py for which book it is).

Needs Chromium on the PATH. Without one these tests are skipped, except on CI, where they fail.
"""

import json
import re
import shutil
import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from served import SIZES, wait_for_math
from srhm_book import cli

ROOT = Path(__file__).parent.parent.parent


def test_every_figure_is_the_one_output_of_its_cell(executed):
    """A second output, such as the value of a last line without a semicolon, repeats the label."""
    with_figures = set()
    for path in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if "figure" in cell["metadata"].get("mystnb", {}):
                kinds = [output["output_type"] for output in cell["outputs"]]
                assert kinds == ["display_data"], f"{path.name}: {kinds} after {cell['source'][-1]}"
                with_figures.add(path.name)
    scripts = (ROOT / "notebooks").glob("*.py")
    asked = {f"{p.stem}.ipynb" for p in scripts if '"figure":' in p.read_text(encoding="utf-8")}
    assert with_figures == asked
    assert "01_data.ipynb" in asked


def test_no_notebook_keeps_a_progress_bar_or_a_warning(executed):
    for path in sorted(executed.glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            errors = [o for o in cell.get("outputs", []) if o.get("name") == "stderr"]
            assert not errors, f"{path.name}: {errors}"


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
    assert "image/svg+xml" in notebook.read_text(encoding="utf-8")


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


def test_pages_show_the_claims(html, visit):
    """Each with its verdict and a link to its chapter, on the landing page and on its own."""
    from srhm.runs.paths import project
    from srhm.runs.store import Store
    from srhm_book.claims.ledger import claims

    items = claims(Store(project("results")))
    folder = html / "book" / "executed"
    rows = {"00_overview": ".forest tr:not(.group)", "21_all_claims": ".all-claims .claim"}
    for name, selector in rows.items():
        page = visit(f"book/executed/{name}.html")
        shown = page.locator(selector)
        assert shown.count() == len(items)
        for text, item in zip(shown.all_inner_texts(), items, strict=True):
            assert item.verdict in text
        links = page.locator(f"{selector} a")
        links = links.evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert links == [f"{item.chapter}.html" for item in items]
        assert all((folder / link).is_file() for link in links)


@pytest.mark.parametrize("dark", [False, True])
def test_claims_are_readable_in_both_modes(visit, dark):
    """The ground behind them is the page's, and no verdict has its colour."""
    page = visit("book/executed/00_overview.html", "phone", dark)
    ground = "e => getComputedStyle(e.closest('.text_html')).backgroundColor"
    body = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for row in page.locator(".forest td:last-child").all():
        assert row.evaluate(ground) == "rgba(0, 0, 0, 0)"
        assert row.evaluate("e => getComputedStyle(e).color") != body


def test_pictures_stand_side_by_side_where_there_is_room(visit):
    tops = {}
    for size in SIZES:
        boxes = [b.bounding_box() for b in visit("book/executed/00_overview.html", size)
                 .locator(".tag_overview img").all()]  # fmt: skip
        tops[size] = len({round(box["y"]) for box in boxes})
    assert tops == {"desk": 1, "phone": 3}


def test_a_book_without_executed_notebooks_is_refused(tmp_path):
    """`jupyter-book build .` in a fresh clone: one sentence, no book without its chapters."""
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, tmp_path)
    ignored = shutil.ignore_patterns("executed")
    shutil.copytree(ROOT / "book", tmp_path / "book", ignore=ignored)
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert "book/executed/00_overview" in done.stderr
    assert "srhm-book run" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "_build" / "html" / "index.html").exists()


def test_the_executed_book_is_printed(chromium, executed, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    shutil.copytree(executed.parent, folder / "book")
    for name in ("_config.yml", "_toc.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "srhm").mkdir()  # so that it is taken for the repository
    monkeypatch.chdir(folder)
    assert cli.main(["pdf"]) == 0
    printed = (folder / "_build" / "pdf" / "srhm.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert len(printed) > 500_000  # its figures are in it
