"""Queries are as strict as bodies: a parameter that the endpoint does not know, or gets twice, is an error in it."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query

from shared.errors import WrongFields

UNKNOWN: Final = "Ce paramètre n'existe pas ici."
REPEATED: Final = "Ce paramètre ne peut être donné qu'une fois."


async def strict_query(request: Request) -> None:
    """Raise WrongFields for a query parameter that is unknown, or repeated although it is not a list.

    Ignoring them would answer another question than the one asked: the list of everybody instead of a search.
    """
    query: bytes = request.scope["query_string"]
    if not query:
        return
    known, given = _parameters(request.scope["route"]), set[str]()
    wrong: dict[str, str] = {}
    for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True):
        if name not in known:
            wrong[name] = UNKNOWN
        elif name in given and not known[name]:
            wrong[name] = REPEATED
        given.add(name)
    if wrong:
        raise WrongFields(list(wrong.items()))


def _parameters(route: Any) -> Mapping[str, bool]:  # noqa: ANN401 - FastAPI has no public type for the routed endpoint
    """Each query parameter of an endpoint, and whether it is a list."""
    return {
        field.alias: field_annotation_is_sequence(field.field_info.annotation)
        for field in get_flat_params(route.dependant)
        if isinstance(field.field_info, Query)
    }
