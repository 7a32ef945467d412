"""The built book in a real browser: the one of `make book`, where it is there and newer than all it
is made of, as on CI; else a small one, whose notebooks run in the profile `smoke`.

Needs Chromium on the PATH. Without one these tests are skipped, except on CI, where they fail.
"""

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from filelock import FileLock

from served import SIZES, is_newer, serving, sources
from srhm_book.publish.notebooks import run_notebooks
from srhm_book.publish.pdf import BROWSERS, find_browser

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def chromium():
    path = find_browser()
    if path is None:
        reason = f"none of {', '.join(BROWSERS)} is on the PATH"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def made():
    """Whether `make book` has made the book that is here, and nothing has changed since."""
    return is_newer(ROOT / "_build" / "complete", sources(ROOT))  # written if all is well


@pytest.fixture(scope="session")
def executed(made, tmp_path_factory, worker_id):
    """The folder of the executed notebooks: those of `make book`, where they are up to date, else
    in the profile `smoke`, inside a copy of the book, made once for all processes of the tests.
    """
    if made:
        return ROOT / "book" / "executed"
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "smoke_book"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "executed").exists():
            _execute(folder)
            (folder / "executed").touch()
    return folder / "book" / "executed"


def _execute(folder):
    folder.mkdir()
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("executed"))
    run_notebooks(profile="smoke", out=folder / "book" / "executed", progress=False)
    names = {path.stem for path in (ROOT / "notebooks").glob("*.py")}
    assert {path.stem for path in (folder / "book" / "executed").glob("*.ipynb")} == names


@pytest.fixture(scope="session")
def html(chromium, made, executed):
    """The folder of the built book; a warning of the build fails it."""
    if made:
        return ROOT / "_build" / "html"
    folder = executed.parent.parent
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "built").exists():
            command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", "-W", "-n"]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
            (folder / "built").touch()
    return folder / "_build" / "html"


@pytest.fixture(scope="session")
def url(html):
    """Where a local server serves the book."""
    with serving(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, url):
    """Opens a page of the book; at the end no request of any may have failed or left the book.

    `visit.loaded` has the bytes that came over the line for each page.
    """
    contexts, problems, loaded = [], [], Counter()

    def visit(page_name, size="desk", dark=False, base=url, watched=True):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on(
            "Network.loadingFinished", lambda e: loaded.update({page_name: e["encodedDataLength"]})
        )
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

    visit.loaded = loaded
    yield visit
    for context in contexts:
        context.close()
    assert not problems, problems
