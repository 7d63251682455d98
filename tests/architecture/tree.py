"""The Python files that the rules check, with path and text."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = ("services", "shared", "web", "deploy")
ALL_FOLDERS = (*CODE, "tests", "bench", "docs")

Files = list[tuple[str, str]]


def tree(folders: tuple[str, ...] = CODE) -> Files:
    paths = sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return [(path.relative_to(ROOT).as_posix(), path.read_text()) for path in paths]
