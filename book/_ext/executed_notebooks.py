"""Refuses to build a book without its chapters: they are executed notebooks, which git has not."""

from pathlib import Path

EXECUTED = "book/executed/"


def check(app, config):
    """Ends the build, in one sentence, where an executed notebook of `_toc.yml` is missing."""
    listed = [name for name in config.external_site_map if name.startswith(EXECUTED)]
    missing = [name for name in listed if not Path(app.srcdir, f"{name}.ipynb").is_file()]
    if missing:
        # An exception of Sphinx's would be followed by tracebacks of 40 lines.
        raise SystemExit(
            f"{len(missing)} of the {len(listed)} executed notebooks in _toc.yml are not there "
            f"({missing[0]}{' ...' if missing[1:] else ''}): `srhm-book run` makes them, and "
            "`make book` does so before it builds the book."
        )


def setup(app):
    app.connect("config-inited", check, priority=900)  # sphinx_external_toc has read _toc.yml
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
