"""Lists whose filters are in the address, so that they can be shared and survive the back button, and their files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import urlencode

from starlette.responses import Response

from web.client.calls import Call
from web.context import Visit

ON_A_PAGE: Final = 25
FileFormat = Literal["csv", "xlsx"]
_TYPES: Final[Mapping[FileFormat, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a list: `given` are its filters, as they were asked for."""

    path: str
    given: Mapping[str, str]

    def url(self, **changes: str) -> str:
        """The list with other filters, from its first page on; an empty value leaves a filter out."""
        return self._with(self.path, changes)

    def file(self, file_format: FileFormat) -> str:
        """The whole list as a file, with the same filters."""
        return self._with(f"{self.path}/fichier.{file_format}", {})

    def next(self, cursor: str | None) -> str | None:
        """The next page, if there is one."""
        return self._with(self.path, {"after": cursor}) if cursor else None

    @property
    def is_filtered(self) -> bool:
        return any(self.given.values())

    def _with(self, path: str, changes: Mapping[str, str]) -> str:
        values = {name: value for name, value in {**self.given, **changes}.items() if value}
        return f"{path}?{urlencode(values)}" if values else path


async def file_of(
    reader: Visit, call: Call[bytes], query: Mapping[str, Any], *, name: str, file_format: FileFormat
) -> Response:
    """The file of a list, as the service made it."""
    content = await reader.api(call, query={**query, "format": file_format})
    return file_answer(content, name=name, file_format=file_format)


def file_answer(content: bytes, *, name: str, file_format: FileFormat) -> Response:
    """A file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.{file_format}"'}
    return Response(content, media_type=_TYPES[file_format], headers=headers)
