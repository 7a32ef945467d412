"""Serves Bokeh's script from the book itself; it comes out of the installed package."""

import shutil
from pathlib import Path

import bokeh


def copy_script(app, exception):
    """Copies the script and its licence into the built pages' `_static/bokeh`."""
    if exception is not None or app.builder.name != "html":
        return
    package = Path(bokeh.__file__).parent
    target = Path(app.outdir, "_static", "bokeh")
    target.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(package / "server/static/js/bokeh.min.js", target / "bokeh.min.js")
    shutil.copyfile(package / "LICENSE.txt", target / "LICENSE.txt")


def setup(app):
    app.connect("build-finished", copy_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
