"""The OpenAPI documents are in English, except for their examples: these contain the French sentences of problems."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

import services
from docs import generate
from shared.database import Database

SERVICES = services.definitions()
TEXTS = {"title", "description", "summary"}
EXAMPLES = {"example", "examples"}
FRENCH = re.compile(
    r"[àâäçéèêëîïôöùûüœ]|\b(au|aux|avec|ce|cette|dans|de|des|du|est|et|la|le|les|ne|ou|par|pas|pour|qui|sur|un|une|votre|vous)\b",
    re.IGNORECASE,
)


def openapi(service: str) -> dict[str, Any]:
    os.environ.setdefault(f"PARCOURSPRO_{service.upper()}_DATABASE_URL", generate.NOWHERE)
    definition = SERVICES[service]
    return definition.api(definition.settings(), Database(generate.NOWHERE, application="test")).openapi()


def outside_examples(node: Any) -> Iterator[str]:
    """All titles, descriptions and summaries of a document, without those of its examples."""
    for key, value in _entries(node):
        if key in TEXTS and isinstance(value, str):
            yield value
        elif key not in EXAMPLES:
            yield from outside_examples(value)


def titles_of_problems(node: Any) -> Iterator[str]:
    """The French titles, which only the examples of problems may contain."""
    for key, value in _entries(node):
        if key == "examples" and isinstance(value, dict):
            yield from (example["value"]["title"] for example in value.values())
        else:
            yield from titles_of_problems(value)


def _entries(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from (("", value) for value in node)


def french(document: Any) -> set[str]:
    titles = set(titles_of_problems(document))
    return {text for text in outside_examples(document) if text in titles or FRENCH.search(text)}


@pytest.mark.parametrize("service", SERVICES)
def test_the_openapi_document_is_english(service: str) -> None:
    document = openapi(service)
    assert set(titles_of_problems(document))
    assert french(document) == set()


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({"info": {"title": "ParcoursPro – comptes et structures"}}, {"ParcoursPro – comptes et structures"}),
        ({"paths": [{"get": {"summary": "Décision"}}]}, {"Décision"}),
        (
            {"description": "Introuvable", "content": {"examples": {"not-found": {"value": {"title": "Introuvable"}}}}},
            {"Introuvable"},
        ),
        ({"properties": {"title": {"title": "Title"}}, "examples": {"a": {"value": {"title": "À corriger"}}}}, set()),
    ],
)
def test_french_outside_examples_is_found(document: Any, found: set[str]) -> None:
    assert french(document) == found
