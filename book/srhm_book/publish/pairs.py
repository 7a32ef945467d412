"""The two files of a notebook: `NAME.py` (percent cells) is the source of `NAME.ipynb`.

Someone may have edited the .ipynb in Jupyter. It carries a hash of the script that it gave back
when it was written: where it now gives back another one, and not that of today's `NAME.py` either,
it holds edits that writing it anew would lose. Outputs, and what Jupyter adds when it saves, are
none.
"""

import hashlib
from pathlib import Path

import jupytext
import nbformat
from jupytext.config import load_jupytext_config

from srhm.runs.files import replace_text

SCRIPT = "py:percent"
WRITTEN = "srhm_pair"  # where an .ipynb keeps the hash, in its metadata


def check_unedited(script: Path) -> None:
    """ValueError, which names both ways on, where `NAME.ipynb` holds edits that `NAME.py` lacks."""
    target = script.with_suffix(".ipynb")
    if not target.exists():
        return
    here = paired(script).metadata[WRITTEN]
    try:
        notebook = nbformat.reads(target.read_text(encoding="utf-8"), as_version=4)
        inside, written = _hash_of(notebook, script), notebook.metadata.get(WRITTEN)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        reason = str(error).partition("\n")[0][:80]
        raise ValueError(
            f"{target} is no notebook ({reason}): --force writes it anew from {script.name}."
        ) from None
    if inside in (here, written):
        return
    both = ""
    if written not in (None, here):
        both = f" (over {script.name}, which has changed too: keep a copy of that first)"
    raise ValueError(
        f"{target} was edited since it was written from {script.name}: "
        f"`jupytext --to {SCRIPT} {target}` brings the edits back{both}, --force drops them."
    )


def paired(script: Path) -> nbformat.NotebookNode:
    """The notebook that `NAME.py` makes; the same script always gives the same bytes.

    Cell ids come from the cells' sources.
    """
    notebook = jupytext.read(script, fmt=SCRIPT)
    seen = {}
    for cell in notebook.cells:
        count = seen[cell.source] = seen.get(cell.source, 0) + 1
        cell.id = hashlib.sha256(f"{count}{cell.source}".encode()).hexdigest()[:8]
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3",
    }  # fmt: skip
    notebook.metadata["jupytext"] = {"formats": f"ipynb,{SCRIPT}"}
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata[WRITTEN] = _hash_of(notebook, script)
    return notebook


def pair(script: Path) -> Path:
    """Brings `NAME.ipynb` in step with `NAME.py`, edited or not, and returns its path.

    The file is written only if its content changes.
    """
    text = nbformat.writes(paired(script)) + "\n"
    target = script.with_suffix(".ipynb")
    if not target.is_file() or target.read_bytes() != text.encode():
        replace_text(target, text)
    return target


def _hash_of(notebook: nbformat.NotebookNode, script: Path) -> str:
    """Of the script that `jupytext --to py:percent` makes of it, with the project's filters."""
    # Through JSON, which sorts the keys of metadata as the .ipynb has them.
    notebook = nbformat.reads(nbformat.writes(notebook), as_version=4)
    config = load_jupytext_config(str(script.absolute()))
    text = jupytext.writes(notebook, fmt=SCRIPT, config=config)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
