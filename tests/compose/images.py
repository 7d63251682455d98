"""What our images add to the base, and that they still do what deploy/slim.py cuts into."""

import base64
import email
import email.policy
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import vobject  # type: ignore[import-untyped]  # it has no types
from pypdf import PdfReader

from tests.compose.faults import Say, Wrong
from tests.compose.stack import SERVICES, TAG, run

MEGABYTE: Final = 1_000_000
MOST: Final = {"identity": 60, "catalogue": 60, "enrollment": 68, "notifier": 63, "web": 44}
"""Megabytes of our files, without what Python writes of its own. With the published base, of 126, and the bytecode of
Python's library, of 6, which that base does not bring, every image then has less than 200."""
PROGRAMS: Final = Path(__file__).parent / "inside"
RUN_BY: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(SERVICES, ("service", "traces")),
    "identity": ("service", "traces", "identity"),
    "enrollment": ("service", "traces", "enrollment"),
    "notifier": ("service", "traces", "notifier"),
    "web": ("web", "traces"),
}
SHOWN: Final = {
    "personnes.xlsx": ("Łucja Nguyễn-Çelik", "Reçu le"),
    "certificat.pdf": ("Mme Łucja Nguyễn-Çelik", "N° 2026-3F2A-91C0-44DE", "Durée suivie 6 h", "page 1 sur 1"),
    "validation.eml": ("Bonjour Zoé", "SUMMARY Tenir une réunion", "DTSTART 2026-03-12 08:00:00+00:00"),
}
"""Of each file that the programs make: what another library reads in it."""


async def checked(say: Say) -> None:
    """Raises Wrong if an image is too large, or if a program fails in it."""
    for name in RUN_BY:
        image = f"parcourspro/{name}:{TAG}"
        counted = await _inside(image, "du", "-sbc", "/venv", "/app")
        size = int(counted.split()[-2]) / MEGABYTE
        if size > MOST[name]:
            raise Wrong(f"the image of {name} has {size:.1f} MB of ours, more than {MOST[name]}")
        for program in RUN_BY[name]:
            missing_in(json.loads(await _inside(image, "python", "-", given=program_text(program))))
        say(f"  image of {name}: {size:.1f} MB of ours, at most {MOST[name]}; runs {', '.join(RUN_BY[name])}")


def program_text(name: str) -> str:
    return (PROGRAMS / f"{name}.py").read_text()


def missing_in(files: Mapping[str, str]) -> None:
    """Raises Wrong if a file does not show what it must."""
    for name, content in files.items():
        text = _read(name, base64.b64decode(content))
        if missing := [words for words in SHOWN[name] if words not in text]:
            raise Wrong(f"{name} does not show {missing}: {text[:2000]}")


def _read(name: str, content: bytes) -> str:
    if name.endswith(".pdf"):
        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            text = book.read("xl/sharedStrings.xml").decode()
    else:
        parts = email.message_from_bytes(content, policy=email.policy.default).walk()
        texts = {part.get_content_type(): part.get_content() for part in parts if not part.is_multipart()}
        event = vobject.readOne(texts["text/calendar"]).vevent
        text = f"{texts['text/plain']}SUMMARY {event.summary.value}\nDTSTART {event.dtstart.value}"
    return text.replace("\N{NO-BREAK SPACE}", " ")


async def _inside(image: str, command: str, *arguments: str, given: str = "") -> str:
    limits = ("--rm", "--interactive", "--read-only", "--network", "none", "--cap-drop", "ALL")
    return await run("docker", "run", *limits, "--entrypoint", command, image, *arguments, given=given)
