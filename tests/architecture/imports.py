"""Finds what a file imports: modules of this repository and installed distributions."""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import files, packages_distributions
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


def distributions(sources: set[Path]) -> set[str]:
    """The installed distributions that these files import."""
    names = {name for path in sources for name in imported(path)}
    owners = packages_distributions()
    others = {name for name in names if not {name.partition(".")[0]} & {*OURS, *sys.stdlib_module_names}}
    return {canonicalize_name(owner) for name in others for owner in _owning(name, owners[name.partition(".")[0]])}


def _owning(name: str, candidates: list[str]) -> list[str]:
    """The distributions with the module `name`, of those that share the package that it is in."""
    if len(set(candidates)) == 1:
        return candidates
    path = name.replace(".", "/")
    return [owner for owner in candidates if {f"{path}.py", f"{path}/__init__.py"} & _files_of(owner)]


@cache
def _files_of(distribution: str) -> set[str]:
    return {str(file) for file in files(distribution) or ()}
