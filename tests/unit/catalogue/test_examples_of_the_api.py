"""Every body and answer of the API has an example: each of its fields has one, or is made of fields that have."""

import os
from collections.abc import Iterator
from typing import Any

import services
from docs import generate
from shared.database import Database

OF_OTHERS = {"Problem", "FieldError", "HTTPValidationError", "ValidationError"}


def without_example(document: dict[str, Any]) -> Iterator[str]:
    for name, schema in document["components"]["schemas"].items():
        if name not in OF_OTHERS:
            for field, described in schema.get("properties", {}).items():
                if not ({"examples", "example"} & described.keys() or _is_nested(described)):
                    yield f"{name}.{field}"


def _is_nested(described: dict[str, Any]) -> bool:
    parts = [described, *described.get("anyOf", []), described.get("items", {})]
    return any("$ref" in part for part in parts)


def test_each_field_of_a_body_or_answer_has_an_example() -> None:
    os.environ.setdefault("PARCOURSPRO_CATALOGUE_DATABASE_URL", generate.NOWHERE)
    definition = services.definitions()["catalogue"]
    document = definition.api(definition.settings(), Database(generate.NOWHERE, application="test")).openapi()
    # `next` of a page is opaque
    assert [field for field in without_example(document) if not field.endswith(".next")] == []
