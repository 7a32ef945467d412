"""How a chapter reads: its code in view, and never two closed bars in a row."""

import json

BARS = {"hide-input", "hide-cell", "hide-output"}
CASES = (
    ([{}, {"hide-input"}, {"hide-cell"}], 1),
    ([{"hide-input"}, {"remove-cell"}, {"hide-input"}], 1),
    ([{"hide-input"}, None, {"hide-input"}, {}, {"hide-cell"}], 0),
)


def shows_output(cell):
    """Whether something of the cell's outputs is on the page; what is glued only is not."""
    shown = [o for o in cell["outputs"] if not {"hide-cell", "hide-output"} & tags(cell)]
    kinds = [key for output in shown for key in output.get("data", output)]
    return any("papermill.record" not in key for key in kinds)


def tags(cell):
    return set(cell["metadata"].get("tags", ()))


def bars_in_a_row(cells):
    """The sources of the cells whose closed bar directly follows another one."""
    found, after_bar = [], False
    for cell in cells:
        if cell["cell_type"] != "code":
            after_bar = False
            continue
        if "remove-cell" in tags(cell) or ("remove-input" in tags(cell) and not shows_output(cell)):
            continue
        bar = bool(BARS & tags(cell))
        if bar and after_bar:
            found.append("".join(cell["source"])[:60])
        after_bar = bar and not shows_output(cell)
    return found


def visible_code(cells):
    """The code cells that a reader sees without opening anything."""
    closed = BARS | {"remove-cell", "remove-input"}
    return [c for c in cells if c["cell_type"] == "code" and c["source"] and not closed & tags(c)]


def chapters(executed):
    """The cells of each chapter: the pages that begin with a question."""
    pages = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["cells"]
        for path in sorted(executed.glob("*.ipynb"))
    }
    return {
        n: cells for n, cells in pages.items() if "**The question.**" in str(cells[0]["source"])
    }


def test_closed_bars_in_a_row_are_found():
    for cells, number in CASES:
        made = [
            {"cell_type": "markdown", "metadata": {}, "source": "text"}
            if one is None
            else {"cell_type": "code", "metadata": {"tags": [*one]}, "source": "1", "outputs": []}
            for one in cells
        ]
        assert len(bars_in_a_row(made)) == number, cells


def test_chapters_show_their_code(executed):
    found = chapters(executed)
    assert {"01_data", "05_engine"} <= set(found)
    assert not {name: bars for name, cells in found.items() if (bars := bars_in_a_row(cells))}
    # Papermill's own cell of what was given is visible, and no code of the chapter's.
    own = {
        name: [c for c in visible_code(cells) if "injected-parameters" not in tags(c)]
        for name, cells in found.items()
    }
    assert not [name for name, cells in own.items() if len(cells) < 2]
