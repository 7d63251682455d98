"""How the calls of the API are declared: a test compares every declaration with the services' OpenAPI documents."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter

Answer_co = TypeVar("Answer_co", covariant=True)
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class Read(BaseModel):
    """What the pages use of an answer: other fields are ignored, a missing one is an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")


Item = TypeVar("Item", bound=Read)


class Page(Read, Generic[Item]):
    """A part of a list. `next` continues it; null on the last page."""

    items: list[Item]
    next: str | None


@dataclass(frozen=True)  # no slots: typing notes the type argument in the object
class Call(Generic[Answer_co]):
    """One endpoint of the gateway. `path` is below `/api/<service>/v1` and has its parameters in braces.

    `answer` is what is read of the answer; None if there is nothing to read.
    """

    declared: ClassVar[list["Call[Any]"]] = []

    method: Method
    service: str
    path: str
    answer: Any

    def __post_init__(self) -> None:
        """Remember the call for the comparison with OpenAPI."""
        Call.declared.append(self)

    def url(self, **parameters: object) -> str:
        """The path with its parameters, from the root of the gateway."""
        return f"/api/{self.service}/v1" + self.path.format(**parameters)

    def read(self, content: bytes) -> Answer_co:
        """What the answer says. Raises ValidationError if it is not what we know."""
        if self.answer is None or self.answer is bytes:  # nothing to read, or a file
            return None if self.answer is None else content  # type: ignore[return-value]
        read: Answer_co = self._reader.validate_json(content)
        return read

    @cached_property
    def _reader(self) -> TypeAdapter[Answer_co]:
        return TypeAdapter(self.answer)
