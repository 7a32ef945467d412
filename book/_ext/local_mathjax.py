"""Serves MathJax from the book itself, so that no page asks a CDN.

The files come out of the installed package sphinx-mathjax-offline (MathJax 3, Apache 2.0): the
component that reads TeX and writes HTML, its rarer TeX extensions, and its fonts, of 24 MB.
"""

import shutil
from importlib.metadata import distribution
from pathlib import Path

COMPONENT = "tex-mml-chtml.js"
WANTED = (COMPONENT, "input/tex/extensions/", "output/chtml/fonts/woff-v2/")
NOTICE = "MathJax 3, https://www.mathjax.org, under the Apache License 2.0 (file LICENSE).\n"


def copy_mathjax(app, exception):
    """Copies the wanted files into the built pages' `_static/mathjax`."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    for file in distribution("sphinx-mathjax-offline").files:
        name = file.as_posix().partition("static/mathjax/")[2]
        if name.startswith(WANTED):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target / name)
    (target / "NOTICE").write_text(NOTICE, encoding="utf-8")
    # That package ships no licence text; requests, which Sphinx needs, has the same one.
    licence = next(f for f in distribution("requests").files if f.name == "LICENSE")
    shutil.copyfile(licence.locate(), target / "LICENSE")


def setup(app):
    app.config.mathjax_path = f"mathjax/{COMPONENT}"
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
