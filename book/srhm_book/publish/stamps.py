"""What an executed notebook was made from, as one hash: while it is the same, so is the notebook.

That is its source, the modules of our two packages that it imports (and those that they import),
the lock file, the parameters, and the data files that it reads: all results and all digitised
values, unless its header narrows that with patterns, `srhm: {reads: ["results/lcn_*.jsonl"]}`.
"""

import ast
import functools
import hashlib
import importlib.util
import json
from pathlib import Path

import grimp

from srhm.runs.paths import project

READS = ("results/**/*.jsonl", "book/paper/*")
PACKAGES = ("srhm", "srhm_book")


def inputs_stamp(notebook: Path, parameters: dict) -> str:
    """The hash of all that an executed copy of `notebook` (an .ipynb file) depends on."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = "\n".join(
        "".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"
    )
    files = [notebook.with_suffix(".py"), project("requirements.lock"), *files_behind(code)]
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


def files_behind(code: str, packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    """The files of the packages' modules that `code` imports, directly or through one another."""
    _, folders = _graph(packages)
    return [_file(folders, name) for name in modules_behind(code, packages)]


def modules_behind(code: str, packages: tuple[str, ...] = PACKAGES) -> list[str]:
    """Names of the packages' modules that `code` imports, directly or through one another.

    A name taken from a package itself (`from srhm import SRHM`) stands for the module that defines
    it. Code that cannot be followed may depend on any module.
    """
    graph, _ = _graph(packages)
    direct = _imports(code, packages, graph.modules)
    if direct is None:
        return sorted(graph.modules)
    return sorted(direct.union(*(graph.find_upstream_modules(name) for name in direct)))


@functools.cache
def _graph(packages: tuple[str, ...]) -> tuple[grimp.ImportGraph, dict[str, Path]]:
    """All imports inside the packages, also those inside functions; the packages' folders."""
    specs = {name: importlib.util.find_spec(name) for name in packages}
    folders = {name: Path(spec.origin).parent for name, spec in specs.items()}
    return grimp.build_graph(*packages, cache_dir=None), folders


def _file(folders: dict[str, Path], module: str) -> Path:
    package, *rest = module.split(".")
    path = folders[package].joinpath(*rest)
    return path.with_suffix(".py") if path.with_suffix(".py").is_file() else path / "__init__.py"


def _imports(code: str, packages: tuple[str, ...], modules: set[str]) -> set[str] | None:
    """The modules that one source names in its imports; None where they cannot be followed."""
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return None
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names if _is_ours(alias.name, packages)}
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                return None
            if _is_ours(node.module, packages):
                names |= {_home(node.module, alias.name, modules) for alias in node.names}
    # `import srhm` alone: its names are looked up on first use, from anywhere.
    return None if names & set(packages) or not names <= modules else names


def _is_ours(name: str, packages: tuple[str, ...]) -> bool:
    return name.split(".")[0] in packages


def _home(module: str, name: str, modules: set[str]) -> str:
    """Where `from module import name` leads: a module below it, or the one that defines the name.

    That need not be `module` itself: `srhm` looks its public names up when they are first used.
    """
    if f"{module}.{name}" in modules:
        return f"{module}.{name}"
    found = getattr(importlib.import_module(module), name, None)
    home = getattr(found, "__module__", module)
    return home if home in modules and "." not in module else module
