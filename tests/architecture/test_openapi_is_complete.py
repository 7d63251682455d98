"""Every field of a body in the OpenAPI documents has an example, and every word of a closed set is an enum."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.architecture.test_openapi_is_english import SERVICES, openapi

CLOSED = {"acting_as", "act", "approval", "decision", "kind", "outcome", "seat", "state", "status"}
"""Names of fields that contain a word of a closed set, wherever they stand."""
Schema = Mapping[str, Any]


def variants(schema: Schema) -> Iterator[Schema]:
    """The schema, or those that it may be one of, without null."""
    parts = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if parts is None:
        yield schema
        return
    yield from (found for part in parts for found in variants(part) if found.get("type") != "null")


def is_shown(field: Schema) -> bool:
    """Whether a reader of the document knows a value that can be sent."""
    if "examples" in field or field.get("default") is not None:
        return True
    return all(
        {"enum", "const", "$ref", "examples"} & set(each)
        or each.get("type") == "boolean"
        or (each.get("type") == "array" and is_shown(each["items"]))
        for each in variants(field)
    )


def bodies(document: Schema) -> set[str]:
    """The names of the schemas that requests send, also inside others."""
    schemas, found = document["components"]["schemas"], set[str]()
    waiting = [
        content["schema"]
        for path in document["paths"].values()
        for operation in path.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rsplit("/", 1)[-1]
            if name and name not in found:
                found.add(name)
                waiting.append(schemas[name])
            waiting.extend(value for key, value in node.items() if key != "examples")
    return found


def fields(document: Schema) -> Iterator[tuple[str, str, Schema]]:
    for name, schema in document["components"]["schemas"].items():
        for field, value in schema.get("properties", {}).items():
            yield name, field, value


@pytest.mark.parametrize("service", SERVICES)
def test_every_field_of_a_body_has_an_example(service: str) -> None:
    document = openapi(service)
    sent = bodies(document)
    missing = [f"{name}.{field}" for name, field, value in fields(document) if name in sent and not is_shown(value)]
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_word_of_a_closed_set_is_an_enum(service: str) -> None:
    loose = [
        f"{name}.{field}"
        for name, field, value in fields(openapi(service))
        if field in CLOSED
        and any(each.get("type") == "string" and not {"enum", "const"} & set(each) for each in variants(value))
    ]
    assert loose == []
