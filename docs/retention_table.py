# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes the tables of docs/personal-data.md: how long each kind of data is kept, and what no person downloads."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from docs.marked import replaced
from shared.own_data import Archive
from shared.process import ServiceDefinition
from shared.retention import OF_MECHANISMS, Kept, Limited, Retention
from shared.settings import ServiceSettings


def retention_of(service: str) -> Retention:
    """What a service declares."""
    declared: Retention = import_module(f"services.{service}.storage.retention").RETENTION
    return declared


def tables(services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """What goes when its time is over, and then what stays."""
    every: list[tuple[str, Retention, type[ServiceSettings]]] = [("every", OF_MECHANISMS, ServiceSettings)]
    own = [(name, retention_of(name), each.settings) for name, each in services.items()]
    declared = [*every, *own]
    lines = ["| Service | What | How long | What is done | Why so long |", "|---|---|---|---|---|"]
    lines += [line for name, each, settings in declared for line in _limited(name, each, settings)]
    lines += ["", "| Service | Table | Why its rows stay |", "|---|---|---|"]
    lines += [
        f"| {name} | `{kept.table.name}` | {kept.because} |"
        for name, each, _ in declared
        for kept in each.declarations
        if isinstance(kept, Kept)
    ]
    return "\n".join(lines) + "\n"


def _limited(service: str, retention: Retention, settings: Any) -> Iterator[str]:  # noqa: ANN401 - a settings class
    for each in retention.declarations:
        if isinstance(each, Kept):
            continue
        if isinstance(each.age, timedelta):
            age = _words(each.age)
        else:
            age = f"`{each.age.upper()}`: {_words(settings.model_fields[each.age].default)}"
        done = "deleted"
        if isinstance(each, Limited) and each.empties:
            done = f"emptied: {', '.join(f'`{name}`' for name in each.empties)}"
        yield f"| {service} | {each.kind} (`{each.table.name}`) | {age} | {done} | {each.because} |"


def _words(age: timedelta) -> str:
    return f"{age.days} days" if age else "until it ends"


def left_out(services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """What is not in the archive of one's own data, and why."""
    lines = ["| Service | Not in the archive | Why |", "|---|---|---|"]
    for name in services:
        archive: Archive = import_module(f"services.{name}.storage.own_data").ARCHIVE
        lines += [
            f"| {name} | {', '.join(f'`{each}`' for each in of)} | {why} |" for why, of in archive.left_out.items()
        ]
    return "\n".join(lines) + "\n"


def written(document: str, services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """The document with the current tables."""
    document = replaced(document, "own data", left_out(services))
    return replaced(document, "retention", tables(services))


def write(path: Path, services: Mapping[str, ServiceDefinition[Any]]) -> None:
    """Update the tables in the document."""
    path.write_text(written(path.read_text(), services))
