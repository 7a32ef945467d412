"""Code of the package as a page shows it: whole, and as it runs."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable

from IPython.display import Markdown


def source_of(*functions: Callable) -> Markdown:
    """The functions' source text, as the output of a cell: a page colours it like its cells."""
    text = "\n\n".join(textwrap.dedent(inspect.getsource(f)).strip() for f in functions)
    return Markdown(f"```python\n{text}\n```")
