"""What a contract says about a text field beside its type: the values known today, whether it is personal or secret."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue


class Known:
    """Marks a text field whose values come from a list that will grow.

    The field is an open string: a service that receives a value it does not know keeps it and does nothing special.
    The values known today are in the schema's `examples` and can be read with `known_values`.
    """

    def __init__(self, *values: str) -> None:
        self.values = values

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:  # noqa: ANN401 - an opaque schema
        values = ", ".join(self.values)
        return {
            **handler(core),
            "description": f"Known values: {values}. More may be added: accept values that you do not know.",
            "examples": list(self.values),
        }


class Personal:
    """Marks a field that holds personal data: in the schema `"x-personal": true`."""

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:  # noqa: ANN401 - an opaque schema
        return {**handler(core), "x-personal": True}


class Secret:
    """Marks a field that is confidential or gives a right to whoever knows it: in the schema `"x-secret": true`.

    It is never shown or logged, and a message that holds one is never kept longer than the secret is valid.
    """

    def __get_pydantic_json_schema__(self, core: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:  # noqa: ANN401 - an opaque schema
        return {**handler(core), "x-secret": True}


PersonalText = Annotated[str, Personal()]
"""A name, an address, or words that a person wrote."""
SecretText = Annotated[str, Personal(), Secret()]
"""The token of a single-use link."""
ConfidentialText = Annotated[str, Personal(), Secret()]
"""Words that only a few people may read: a copy that could not be delivered is shown without them, and dropped soon."""


@dataclass(frozen=True, slots=True)
class TextField:
    """One text field of a message. `path` is as in `session.slots[].id`: `[]` stands for each item of a list."""

    path: str
    known: tuple[str, ...] | None
    personal: bool
    secret: bool


def text_fields(model: type[BaseModel]) -> Iterator[TextField]:
    """Every text field of a message or snapshot, in nested snapshots too."""
    for name, field in model.model_fields.items():
        yield from _walk(name, field.annotation, tuple(field.metadata))


def _walk(path: str, annotation: Any, markers: tuple[Any, ...]) -> Iterator[TextField]:  # noqa: ANN401 - any type
    if get_origin(annotation) is Annotated:
        inner, *own = get_args(annotation)
        yield from _walk(path, inner, (*markers, *own))
    elif annotation is str:
        known = next((marker.values for marker in markers if isinstance(marker, Known)), None)
        yield TextField(path, known, _is_marked(markers, Personal), _is_marked(markers, Secret))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in text_fields(annotation):
            yield replace(field, path=f"{path}.{field.path}")
    elif get_origin(annotation) is tuple:
        yield from _walk(f"{path}[]", get_args(annotation)[0], markers)
    else:
        for part in get_args(annotation):
            yield from _walk(path, part, markers)


def _is_marked(markers: tuple[Any, ...], kind: type) -> bool:
    return any(isinstance(marker, kind) for marker in markers)


def known_values(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - an annotated type such as `Seat`
    """The documented values of an open word: `known_values(Seat)`."""
    return next(marker.values for marker in get_args(annotation)[1:] if isinstance(marker, Known))


def personal_fields(model: type[BaseModel]) -> list[str]:
    """The paths of the personal data in a message or snapshot."""
    return [field.path for field in text_fields(model) if field.personal]


def secret_fields(model: type[BaseModel]) -> list[str]:
    """The paths of the secrets in a message or snapshot."""
    return [field.path for field in text_fields(model) if field.secret]
