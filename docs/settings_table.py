# ruff: noqa: INP001 - a folder of documents with the programs that write them
"""The table of environment variables in the README, from the settings themselves."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from shared.process import ServiceDefinition
from shared.settings import ServiceSettings

BEGIN: Final = "<!-- settings: written by `make docs` -->\n"
END: Final = "<!-- end of settings -->"


def table(services: Mapping[str, ServiceDefinition[Any]]) -> str:
    """Markdown: what every service reads, then what one service alone reads."""
    lines = ["| Variable | Service | Default | What it is |", "|---|---|---|---|"]
    lines += [_row(name, "every", field) for name, field in ServiceSettings.model_fields.items()]
    for service, definition in services.items():
        fields: Mapping[str, FieldInfo] = definition.load_settings.model_fields  # type: ignore[attr-defined]  # it is the class itself
        own = {name: field for name, field in fields.items() if name not in ServiceSettings.model_fields}
        lines += [_row(name, service, field) for name, field in own.items()]
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
    """The README with the table of now."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}{table(services)}{END}{after}"


def write(path: Path, services: Mapping[str, ServiceDefinition[Any]]) -> None:
    """Bring the README up to date."""
    path.write_text(written(path.read_text(), services))
