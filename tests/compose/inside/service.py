"""What every service does with its packages: exports, checks of SIRETs, time zones, tables, tracebacks."""

import asyncio
import base64
import io
import json
import zoneinfo
from datetime import UTC, datetime

import uvloop
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table
from rich.traceback import Traceback

from shared import migrations
from shared.http.export import Column, export
from shared.http.fields import Siret


def _name(name: str) -> str:
    return name


def _received(_: str) -> datetime:
    return datetime(2026, 7, 1, tzinfo=UTC)


async def spreadsheet() -> bytes:
    assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
    columns = [Column("Nom", _name), Column("Reçu le", _received)]
    answer = await export(["Łucja Nguyễn-Çelik"], columns, format="xlsx", name="personnes", filters=())
    return bytes(answer.body)


def is_siret(text: str) -> bool:
    try:
        TypeAdapter[str](Siret).validate_python(text)
    except ValidationError:
        return False
    return True


def shown(thing: object) -> str:
    terminal = io.StringIO()
    Console(file=terminal, width=80, force_terminal=True).print(thing)
    return terminal.getvalue()


def traceback() -> str:
    try:
        int("Łucja")
    except ValueError as error:
        return shown(Traceback.from_exception(type(error), error, error.__traceback__))
    raise AssertionError


assert is_siret("732 829 320 00074")
assert not is_siret("732 829 320 00075")
assert len(zoneinfo.available_timezones()) > 400
assert f"{datetime(2026, 7, 1, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo('Europe/Paris')):%H:%M %Z}" == "02:00 CEST"
assert migrations.__file__
table = Table("number")
table.add_row("one")
assert "one" in shown(table)
assert "Łucja" in traceback()
print(json.dumps({"personnes.xlsx": base64.b64encode(uvloop.run(spreadsheet())).decode()}))  # noqa: T201 - a program
