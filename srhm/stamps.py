"""What an executed notebook was made from, as one hash: while it is the same, so is the notebook.

That is its source, the modules of this package that it imports (and those that they import), the
lock file, the parameters, and the data files that it reads: all results and all digitised values,
unless its header narrows that with patterns, `srhm: {reads: ["results/lcn_*/*.json"]}`.
"""

import ast
import hashlib
import json
from pathlib import Path

from srhm.paths import project

READS = ("results/**/*.json", "results/**/*.jsonl", "book/paper/*")
PACKAGE = Path(__file__).resolve().parent


def inputs_stamp(notebook: Path, parameters: dict) -> str:
    """The hash of all that an executed copy of `notebook` (an .ipynb file) depends on."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = "\n".join(
        "".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"
    )
    files = [notebook.with_suffix(".py"), project("requirements.lock")]
    files += [PACKAGE / f"{name}.py" for name in modules_behind(code)]
    for pattern in content["metadata"].get("srhm", {}).get("reads", READS):
        files += project().glob(pattern)
    digest = hashlib.sha256(json.dumps(parameters, sort_keys=True, default=str).encode())
    for path in sorted(set(files)):
        if path.is_file():
            digest.update(f"\0{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp_of(executed: Path) -> str | None:
    """The stamp that an executed notebook carries; None where there is no such notebook."""
    try:
        return json.loads(executed.read_text(encoding="utf-8"))["metadata"]["srhm"]["stamp"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def modules_behind(code: str, package: Path = PACKAGE) -> list[str]:
    """Names of the package's modules that `code` imports, directly or through one another.

    Code that takes a name from the package itself (`from srhm import SRHM`), or that cannot be
    followed, may depend on any module.
    """
    everything = {path.stem for path in package.glob("*.py")}
    found, todo = set(), [code]
    while todo:
        direct = _imports(todo.pop(), package.name)
        names = everything if direct is None or not direct <= everything else direct
        todo += [(package / f"{name}.py").read_text(encoding="utf-8") for name in names - found]
        found |= names
    return sorted(found)


def _imports(code: str, package: str) -> set[str] | None:
    """The modules that one source names in its imports; None where they cannot be followed."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return None
    names = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            return None
        if isinstance(node, ast.ImportFrom) and node.module == package:
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            paths = [alias.name.split(".") for alias in node.names]
            if [package] in paths:  # its names are looked up on first use, from anywhere
                return None
            names |= {path[1] for path in paths if path[0] == package}
    return names
