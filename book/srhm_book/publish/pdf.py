"""The book as one PDF: all pages as a single one, printed by Chromium."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from srhm.runs.paths import project

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PDF = Path("_build", "pdf", "srhm.pdf")
PATIENCE = 60_000  # ms of the page's own clock: its formulas are typeset by a script


class PdfError(RuntimeError):
    """The PDF could not be made; the message is one sentence, with the tool's own words below."""


def find_browser() -> str | None:
    """The path of Chromium or Chrome; None where there is neither."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def make_pdf() -> Path:
    """Print the executed book into `_build/pdf/srhm.pdf`; returns its path.

    Raises
    ------
    PdfError
        Without Chromium, or when the build or the print fails; an older PDF then stays.
    """
    browser = find_browser()
    if browser is None:
        raise PdfError(f"The PDF is printed by Chromium, but none of {', '.join(BROWSERS)} is here")
    book = Path(sys.executable).with_name("jupyter-book")
    arguments = ["--builder", "singlehtml", "--path-output", "_build/pdf", "-W", "--keep-going"]
    _run([book, "build", ".", *arguments, "-q"], "The single page of the book has errors")
    built = project("_build", "pdf", "_build", "singlehtml")
    # The single page names its pictures and styles as if it lay at the top.
    root = yaml.safe_load(project("_toc.yml").read_text(encoding="utf-8"))["root"]
    page = shutil.copyfile(built / f"{root}.html", built / "whole.html")
    target = project(PDF)
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder, PDF.name)
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile", f"--virtual-time-budget={PATIENCE}",
            "--run-all-compositor-stages-before-draw", f"--print-to-pdf={printed}", page.as_uri(),
        ]  # fmt: skip
        _run(command, "Chromium could not print the book")
        if not printed.is_file():
            raise PdfError("Chromium printed nothing")
        shutil.move(printed, target)
    return target


def _run(command: list, failure: str) -> None:
    done = subprocess.run(
        [str(word) for word in command], cwd=project(), capture_output=True, text=True
    )
    if done.returncode:
        raise PdfError(f"{failure}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
