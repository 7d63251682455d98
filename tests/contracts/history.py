"""All versions of committed files that this clone knows, the newest first; an export of the tree knows none."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Version:
    """The text of a file in one commit."""

    path: Path
    text: str


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)  # noqa: S603, S607 - git of the path
    return done.stdout if done.returncode == 0 else ""


def versions(folder: Path, *, root: Path = ROOT) -> list[Version]:
    """All versions of all files of `folder` in the history of HEAD, without those of the working tree."""
    # one line for each change: `:old-mode new-mode old-blob new-blob letter<TAB>path`; -m shows changes in merges too
    raw = _git(
        root,
        "log",
        "-m",
        "--format=",
        "--raw",
        "--no-abbrev",
        "--no-renames",
        "--",
        folder.relative_to(root).as_posix(),
    )
    changes = [(line.split("\t", 1)[1], line.split()[3]) for line in raw.splitlines() if line.startswith(":")]
    distinct = dict.fromkeys(change for change in changes if set(change[1]) != {"0"})
    return [Version(root / path, _git(root, "cat-file", "blob", blob)) for path, blob in distinct]
