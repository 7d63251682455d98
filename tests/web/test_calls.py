"""Every call that the pages declare exists in the services' OpenAPI documents, with every field that is read."""

import importlib
import pkgutil
import types
from typing import Any, Union, get_args, get_origin

import pytest

from tests.web.openapi import DOCUMENT
from web import client
from web.client import enrollment
from web.client.calls import Call, Read

# what a module declares is compared when it is imported
for module in pkgutil.iter_modules(client.__path__):
    importlib.import_module(f"web.client.{module.name}")


def of(call: Call[Any]) -> dict[str, Any]:
    """The operation of a call. Raises KeyError."""
    path = DOCUMENT(call.service)["paths"][f"/api/{call.service}/v1{call.path}"]
    operation: dict[str, Any] = path[call.method.lower()]
    return operation


def missing(annotation: Any, schema: dict[str, Any], schemas: dict[str, Any], at: str = "") -> list[str]:
    """The fields that are read and that the schema does not have."""
    if "$ref" in schema:
        return missing(annotation, schemas[schema["$ref"].rpartition("/")[2]], schemas, at)
    if get_origin(annotation) in {Union, types.UnionType}:
        others = [each for each in get_args(annotation) if each is not type(None)]
        return missing(others[0], schema, schemas, at)
    if "anyOf" in schema:
        kinds = [each for each in schema["anyOf"] if each.get("type") != "null"]
        return missing(annotation, kinds[0], schemas, at)
    if get_origin(annotation) in {list, dict}:
        inner = schema.get("items") or schema.get("additionalProperties") or {}
        return missing(get_args(annotation)[-1], inner, schemas, f"{at}[]")
    if not (isinstance(annotation, type) and issubclass(annotation, Read)):
        return []
    known = schema.get("properties", {})
    found = [f"{at}.{name}" for name in annotation.model_fields if name not in known]
    found += [
        f"{at}.{name} can be null"
        for name, field in annotation.model_fields.items()
        if {"type": "null"} in known.get(name, {}).get("anyOf", []) and type(None) not in get_args(field.annotation)
    ]
    for name, field in annotation.model_fields.items():
        found += missing(field.annotation, known.get(name, {}), schemas, f"{at}.{name}") if name in known else []
    return found


@pytest.mark.parametrize("call", Call.declared, ids=lambda call: f"{call.method} {call.service}{call.path}")
def test_a_call_exists_with_every_field_that_is_read(call: Call[Any]) -> None:
    operation = of(call)
    if call.answer is None or call.answer is bytes:
        return
    [answer] = [each for status, each in operation["responses"].items() if status.startswith("2")]
    schema = answer["content"]["application/json"]["schema"]
    assert missing(call.answer, schema, DOCUMENT(call.service)["components"]["schemas"]) == []


def test_a_renamed_field_or_path_is_found() -> None:
    schema = {"type": "object", "properties": {"first_name": {"type": "string"}}}
    assert missing(list[enrollment.Person], {"items": schema}, {}) == ["[].last_name"]
    nullable = {"properties": {"first_name": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "last_name": {}}}
    assert missing(enrollment.Person, nullable, {}) == [".first_name can be null"]
    with pytest.raises(KeyError):
        of(_undeclared())


def _undeclared() -> Call[None]:
    call = Call[None]("GET", "enrollment", "/nowhere", None)
    Call.declared.remove(call)
    return call
