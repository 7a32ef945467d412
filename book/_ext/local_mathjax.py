"""Serves MathJax from the book itself, so that no page asks a CDN.

The files come out of the installed package sphinx-mathjax-offline (MathJax 3, Apache 2.0). Of its
24 MB a page loads the parts that read TeX, write HTML and say it to screen readers, three quarters
of a megabyte; the usual one-file component is half as large again, for a menu.
"""

import shutil
from importlib.metadata import distribution
from pathlib import Path

START = "startup.js"
PACKAGES = ("ams", "newcommand", "noundefined")
PARTS = (
    "core", "input/tex-base", *(f"[tex]/{name}" for name in PACKAGES), "output/chtml",
    "a11y/assistive-mml",
)  # fmt: skip
FONTS = "output/chtml/fonts/"  # which the output part loads itself
NOTICE = "MathJax 3, https://www.mathjax.org, under the Apache License 2.0 (file LICENSE).\n"


def copy_mathjax(app, exception):
    """Copies the wanted files into the built pages' `_static/mathjax`."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "mathjax")
    parts = {f"{part.replace('[tex]', 'input/tex/extensions')}.js" for part in PARTS}
    for file in distribution("sphinx-mathjax-offline").files:
        name = file.as_posix().partition("static/mathjax/")[2]
        if name == START or name in parts or name.startswith(FONTS):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file.locate(), target / name)
    (target / "NOTICE").write_text(NOTICE, encoding="utf-8")
    # That package ships no licence text; requests, which Sphinx needs, has the same one.
    licence = next(f for f in distribution("requests").files if f.name == "LICENSE")
    shutil.copyfile(licence.locate(), target / "LICENSE")


def setup(app):
    app.config.mathjax_path = f"mathjax/{START}"
    app.config.mathjax3_config = {
        "loader": {"load": list(PARTS)},
        "tex": {"packages": {"[+]": list(PACKAGES)}},
    }
    app.connect("build-finished", copy_mathjax)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
