"""`make env` writes the file `.env` for real people: random secrets, and what only the operator knows.

The variables are those that the compose files require. A variable whose name says that it is a secret gets a random
value. The others are taken from the environment, or asked for on a terminal; Compose does not start before each has a
value.
"""

import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SECRET: Final = re.compile(r"_(PASSWORD|PASSPHRASE|KEYS)$")
REQUIRED: Final = re.compile(r"\$\{(\w+):\?")
PLAIN: Final = re.compile(r"[\w@.:/+-]*", re.ASCII)
SECRET_BYTES: Final = 24
HEAD: Final = """\
# The variables of the compose files for real people; deploy/README.md says what they mean, and which others there are.
# Keep a copy where only operators can read it: PostgreSQL's passwords are set once, when its volume is created.
"""


def compose_files() -> str:
    """The text of the compose file and of all files that it takes its parts from."""
    paths = [ROOT / "docker-compose.yml", *sorted(ROOT.glob("deploy/compose/*.yml"))]
    return "\n".join(path.read_text() for path in paths)


def required(compose: str) -> list[str]:
    """The variables without a default, each once, in the order of the text."""
    return list(dict.fromkeys(REQUIRED.findall(compose)))


def text(compose: str, known: Callable[[str], str]) -> str:
    """The content of the file. `known` gives the value of a variable that is not a secret, or an empty text."""
    names = required(compose)
    operators = [f"{name}={_quoted(known(name))}" for name in names if not SECRET.search(name)]
    made = [f"{name}={secrets.token_hex(SECRET_BYTES)}" for name in names if SECRET.search(name)]
    return "\n".join((HEAD, *operators, "", "# random, made by `make env`", *made, ""))


def _quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def write(path: Path, compose: str, known: Callable[[str], str]) -> list[str]:
    """Write the file for its owner alone and return the variables that are still empty.

    FileExistsError if there is a file: its secrets may be in use.
    """
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        written = text(compose, known)
        file.write(written)
    return re.findall(r"(?m)^(\w+)=$", written)


def from_operator(name: str) -> str:
    """The value in the environment; on a terminal, else what the operator types."""
    if name in os.environ or not sys.stdin.isatty():
        return os.environ.get(name, "")
    return input(f"{name}: ").strip()


def main(path: Path = ROOT / ".env") -> None:
    """Write `.env` beside the compose file, or say that there is one."""
    try:
        empty = write(path, compose_files(), from_operator)
    except FileExistsError:
        sys.exit(f"{path} exists and was not changed: its secrets may be in use. Move it away to get new ones.")
    print(f"{path} is written, with random secrets.", *(f"Fill in {name}." for name in empty), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main()
