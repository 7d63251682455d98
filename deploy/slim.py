"""Remove what no process reads from the packages of an image: `python slim.py`, with the Python of their environment.

deploy/Dockerfile runs it. No module that a process can import is lost but those that `UNNEEDED` names: of all others,
the bytecode stays, and only the lines of source in the traceback of a package are missing.
"""

import compileall
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unneeded:
    """Files and folders of one package. `kept`: the names that stay of those that the patterns find."""

    package: str
    patterns: tuple[str, ...]
    reason: str
    kept: frozenset[str] = frozenset()

    def found(self, packages: Path) -> list[Path]:
        """What is to be removed. Raises LookupError if nothing is, or if nothing is there of what must stay."""
        found = {pattern: list(packages.glob(pattern)) for pattern in self.patterns}
        missing = [pattern for pattern, paths in found.items() if not paths]
        paths = [path for each in found.values() for path in each]
        missing += sorted(self.kept - {path.name for path in paths})
        if missing:
            text = f"{self.package}: there is no {', '.join(missing)} any more; look at it again"
            raise LookupError(text)
        return [path for path in paths if path.name not in self.kept]


UNNEEDED = (
    Unneeded(
        "PIL",
        ("PIL", "pillow.libs", "pillow-*.dist-info"),
        "fpdf2 imports it if it is there, to put pictures into documents; ours have none",
    ),
    Unneeded(
        "fontTools",
        tuple(f"fontTools/{name}" for name in ("cu2qu", "merge", "mtiLib", "qu2cu", "ufoLib", "voltLib")),
        "other sources of fonts than a TrueType file, of which fpdf2 takes the letters that a document has",
    ),
    Unneeded(
        "babel",
        ("babel/locale-data/*.dat",),
        "the pages are in French",
        kept=frozenset({"root.dat", "fr.dat", "fr_FR.dat", "en.dat"}),
    ),
    Unneeded(
        "stdnum",
        ("stdnum/*.dat", "stdnum/*/"),
        "the numbers of other countries; we check a SIRET",
        kept=frozenset({"fr"}),
    ),
    Unneeded(
        "pygments",
        ("pygments/lexers/*.py",),
        "rich colours source code with them, in tracebacks for a terminal",
        kept=frozenset({"__init__.py", "_mapping.py", "python.py"}),
    ),
    Unneeded("sqlalchemy", ("sqlalchemy/testing",), "for the tests of dialects"),
    Unneeded("alembic", ("alembic/testing",), "for the tests of dialects"),
)
NOT_PYTHON = frozenset({".asm", ".c", ".cpp", ".h", ".hpp", ".obj", ".proto", ".pxd", ".pxi", ".pyi", ".pyx"})
"""What compilers and type checkers read: no process does."""


def cut(packages: Path) -> None:
    """Remove what is unneeded of the packages that are there. Raises LookupError if a pattern finds nothing."""
    for unneeded in UNNEEDED:
        if (packages / unneeded.package).is_dir():
            for path in unneeded.found(packages):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def without_sources(packages: Path) -> None:
    """Keep bytecode instead of sources. Raises RuntimeError if a module cannot be compiled."""
    for path in list(packages.rglob("*")):
        if path.suffix in NOT_PYTHON:
            path.unlink()
    for path in list(packages.rglob("__pycache__")):
        shutil.rmtree(path)
    # beside its source instead of in __pycache__ (`legacy`), bytecode is imported without the source
    if not compileall.compile_dir(packages, legacy=True, quiet=1):
        raise RuntimeError("a module cannot be compiled")
    for path in list(packages.rglob("*.py")):
        path.unlink()


if __name__ == "__main__":
    folder = Path(sysconfig.get_path("purelib"))
    try:
        cut(folder)
    except LookupError as error:
        sys.exit(str(error))
    without_sources(folder)
