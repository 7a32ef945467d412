"""How a page shows a table."""

from __future__ import annotations

import pandas as pd


def scrolling(table: pd.DataFrame):
    """A table that scrolls by itself where the page is narrow, with the arrow keys too.

    Its index is not shown, so that names in one become columns.
    """
    if any(table.index.names):
        table = table.reset_index()
    scroll = 'style="display: block; overflow-x: auto; white-space: nowrap" tabindex="0"'
    return table.style.hide(axis="index").set_table_attributes(scroll)
