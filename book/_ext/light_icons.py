"""Leaves the pages' icons to the theme's style sheet and font.

The theme also ships a script of 1.5 MB that draws the same icons, and further ones of the reader's
own. It stands in the head of every page and cannot be switched off, so it is emptied.
"""

from pathlib import Path

SCRIPT = Path("_static", "scripts", "fontawesome.js")
EMPTY = "// The icons come from the style sheet.\n"


def empty_script(app, exception):
    """Empties the script among the built pages."""
    if exception is None and app.builder.format == "html":
        Path(app.outdir, SCRIPT).write_text(EMPTY, encoding="utf-8")


def setup(app):
    app.connect("build-finished", empty_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
