"""Makes wrong request bodies from an OpenAPI schema and a valid body, one mistake in each."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

ANY_CHARACTER: Final = {"password", "new_password", "current_password", "token", "refresh_token"}
"""Fields that accept any character, because they are secrets."""
LONG: Final = 4001
"""One character more than the longest text field accepts (`shared.http.fields.Text`)."""

WRONG: Final[dict[Any, dict[str, Any]]] = {
    "uuid": {"not a UUID": "pas-un-identifiant"},
    "date-time": {"no zone": "2027-03-02T09:00:00", "not a date": "demain"},
    "enum": {"not one of the values": "autre-chose"},
    "string": {"empty": "", "too long": "x" * LONG, "not a text": 12},
    "array": {"not a list": "texte"},
    "integer": {"not a number": "beaucoup", "too many": 10**12, "negative": -1},
    "boolean": {"not a boolean": "peut-être"},
    "object": {"not an object": "texte"},
}
"""Invalid values for each format or type."""
WRONG_TEXTS: Final = {
    "blank": "   ",
    "control character": "un\u0000deux",
    "separator that is no line break": "un\u2028deux",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong body. `field`: the path of the field that the answer must report."""

    what: str
    field: str
    body: Any


@dataclass(frozen=True, slots=True)
class Place:
    """A value inside a body, with its schema."""

    path: tuple[str | int, ...]
    schema: dict[str, Any]
    value: Any
    required: bool

    @property
    def field(self) -> str:
        """The path in the form that problem documents use."""
        return ".".join(map(str, self.path))


def mistakes(body: dict[str, Any], schema: dict[str, Any], components: dict[str, Any]) -> Iterator[Mistake]:
    """All wrong bodies, each with exactly one mistake."""
    for place in _places(body, _resolved(schema, components), components, (), required=True):
        if isinstance(place.value, dict) and place.schema.get("additionalProperties", False) is False:
            path = (*place.path, "inconnu")
            yield Mistake("unknown field", ".".join(map(str, path)), _with(body, path, "valeur"))
        if place.path and place.required:
            yield Mistake("missing", place.field, _without(body, place.path))
        for what, wrong in _wrong_values(place):
            yield Mistake(what, place.field, _with(body, place.path, wrong))


def _wrong_values(place: Place) -> Iterator[tuple[str, Any]]:
    if not place.path:
        return
    form = place.schema.get("format")
    if "enum" in place.schema or "const" in place.schema:
        form = "enum"
    kind = form if form in WRONG else place.schema.get("type")
    yield from WRONG.get(kind, {}).items()
    if kind == "string" and place.path[-1] not in ANY_CHARACTER:
        yield from WRONG_TEXTS.items()


def _places(
    value: Any, schema: dict[str, Any], components: dict[str, Any], path: tuple[str | int, ...], *, required: bool
) -> Iterator[Place]:
    yield Place(path, schema, value, required)
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _places(
                    value[name],
                    _resolved(inner, components),
                    components,
                    (*path, name),
                    required=name in schema.get("required", []),
                )
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _places(
                item, _resolved(schema["items"], components), components, (*path, number), required=False
            )


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """The schema without references and without `or null`."""
    if "$ref" in schema:
        return _resolved(components[schema["$ref"].rpartition("/")[2]], components)
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return _resolved(choices[0], components) if len(choices) == 1 else schema


def _holder(body: Any, path: tuple[str | int, ...]) -> tuple[Any, Any]:
    """A copy of the body, and the object or list in it that contains the last step of the path."""
    copied = deepcopy(body)
    inside = copied
    for step in path[:-1]:
        inside = inside[step]
    return copied, inside


def _with(body: Any, path: tuple[str | int, ...], value: Any) -> Any:
    copied, inside = _holder(body, path)
    inside[path[-1]] = value
    return copied


def _without(body: Any, path: tuple[str | int, ...]) -> Any:
    copied, inside = _holder(body, path)
    del inside[path[-1]]
    return copied
