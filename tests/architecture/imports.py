"""Finds what a file imports: modules of this repository and installed distributions."""

import ast
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OURS = ("services", "shared", "web", "deploy", "tests", "bench", "docs")
BY_NAME = {"files", "import_module"}
"""Functions of importlib whose first argument is the name of a module to import."""


def imported(path: Path) -> Iterator[str]:
    """The dotted names that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names):
                yield module
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Call(func=ast.Name(id=function), args=[ast.Constant(value=str(module)), *_]) if (
                function in BY_NAME
            ):
                yield module


def reachable(start: list[Path], root: Path = ROOT) -> set[Path]:
    """These files and all files of the tree that they import, directly or indirectly."""
    found: set[Path] = set()
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in imported(path):
            if name.partition(".")[0] in OURS:
                module = root.joinpath(*name.split("."))
                waiting += [file for file in (module.with_suffix(".py"), module / "__init__.py") if file.is_file()]
    return found


def distributions(files: set[Path]) -> set[str]:
    """The installed distributions that these files import."""
    names = {name.partition(".")[0] for path in files for name in imported(path)}
    owners = packages_distributions()
    others = {name for name in names if name not in OURS and name not in sys.stdlib_module_names}
    return {canonicalize_name(owner) for name in others for owner in owners[name]}
