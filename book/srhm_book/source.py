"""Code of the package as a page shows it: whole, and as it runs."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable

from IPython.display import Markdown


def source_of(*functions: Callable) -> Markdown:
    """The functions' source text, as the output of a cell: a page colours it like its cells.

    Of a docstring the first paragraph is shown; shapes, units and errors are in the package.
    """
    text = "\n\n".join(_with_short_docstring(inspect.getsource(f)) for f in functions)
    return Markdown(f"```python\n{text}\n```")


def _with_short_docstring(source: str) -> str:
    """The source without its indentation, its docstring cut off after the first paragraph."""
    text = textwrap.dedent(source).strip()
    definition = ast.parse(text).body[0]
    if ast.get_docstring(definition) is None:
        return text
    lines, node = text.splitlines(), definition.body[0]
    docstring = lines[node.lineno - 1 : node.end_lineno]
    first = [*docstring, ""].index("")
    if first < len(docstring):
        docstring = [*docstring[: first - 1], docstring[first - 1] + '"""']
    return "\n".join([*lines[: node.lineno - 1], *docstring, *lines[node.end_lineno :]])
