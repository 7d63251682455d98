# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""Writes the README's table of environment variables from the settings classes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from docs.marked import replaced
from shared.process import ServiceDefinition
from shared.settings import ServiceSettings, TraceSettings
from web.settings import Settings as PagesSettings


def table(services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """The table in Markdown: first the settings of every service, then those of single services and of the pages."""
    lines = ["| Variable | Service | Default | What it is |", "|---|---|---|---|"]
    lines += [_row(name, "every", field) for name, field in ServiceSettings.model_fields.items()]
    for service, definition in services.items():
        fields = definition.settings.model_fields
        own = {name: field for name, field in fields.items() if name not in ServiceSettings.model_fields}
        lines += [_row(name, service, field) for name, field in own.items()]
    lines += [_row(name, "web", field) for name, field in PagesSettings.model_fields.items()]
    lines += [_row(f"OTEL_{name}", "every process", field) for name, field in TraceSettings.model_fields.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, service: str, field: FieldInfo) -> str:
    default = (
        "*required*"
        if field.default is PydanticUndefined
        else f"`{field.default}`"
        if field.default is not None
        else ""
    )
    return f"| `{name.upper()}` | {service} | {default} | {field.description} |"


def written(readme: str, services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """The README with the current table."""
    return replaced(readme, "settings", table(services))


def write(path: Path, services: Mapping[str, ServiceDefinition[Any]]) -> None:
    """Update the table in the README."""
    path.write_text(written(path.read_text(), services))
