"""The book's other forms, linked from its pages: as a PDF, and as notebooks to run elsewhere.

The PDF is linked where `make pdf` has made it. The buttons for Colab and Binder are there where the
environment variable BOOK_REPOSITORY holds the repository's address on GitHub.
"""

import os
import re
import shutil
from pathlib import Path

from sphinx.errors import ConfigError

PDF = Path("_build", "pdf", "srhm.pdf")
VARIABLE = "BOOK_REPOSITORY"
CHAPTERS = "book/executed/"


def repository() -> str | None:
    """OWNER/NAME of the repository, from the environment; None where that does not say."""
    address = os.environ.get(VARIABLE, "")
    if not address:
        return None
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", address)
    if found is None:
        raise ConfigError(f"{VARIABLE} must be https://github.com/OWNER/NAME, not {address!r}.")
    return found[1]


def _link(url: str, text: str, icon: str, label: str) -> dict:
    return {"type": "link", "url": url, "text": text, "tooltip": text, "icon": icon, "label": label}


def add_buttons(app, pagename, templatename, context, doctree):
    """Adds the buttons of one page to those of the theme."""
    if app.builder.name != "html" or "header_buttons" not in context:
        return
    buttons = context["header_buttons"]
    where = repository()
    if where and pagename.startswith(CHAPTERS):
        file = f"notebooks/{pagename.removeprefix(CHAPTERS)}.ipynb"
        colab = f"https://colab.research.google.com/github/{where}/blob/main/{file}"
        binder = f"https://mybinder.org/v2/gh/{where}/main?urlpath=lab/tree/{file}"
        launch = [
            _link(colab, "Open in Colab", "fas fa-rocket", "launch-colab"),
            _link(binder, "Open on Binder", "fas fa-rocket", "launch-binder"),
        ]
        group = {"type": "group", "tooltip": "Run elsewhere", "label": "launch-buttons"}
        buttons.insert(0, group | {"icon": "fas fa-rocket", "buttons": launch})
    if Path(app.srcdir, PDF).is_file():
        url = context["pathto"](PDF.name, resource=True)
        pdf = _link(url, "The book as a PDF", "fas fa-book", "download-book-button")
        groups = [b for b in buttons if b.get("label") == "download-buttons"]
        (groups[0]["buttons"] if groups else buttons).append(pdf)


def copy_pdf(app, exception):
    """Puts the PDF beside the pages."""
    pdf = Path(app.srcdir, PDF)
    if exception is None and app.builder.name == "html" and pdf.is_file():
        shutil.copyfile(pdf, Path(app.outdir, PDF.name))


def setup(app):
    app.connect("html-page-context", add_buttons, priority=502)  # after the theme's own
    app.connect("build-finished", copy_pdf)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
