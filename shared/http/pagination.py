"""Cursor pagination: `next` is opaque, and a page does not shift when rows come in before it."""

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.http.problems import FieldErrors

Item = TypeVar("Item")
Limit = Annotated[int, Query(ge=1, le=100, description="Éléments par page")]
Cursor = Annotated[str | None, Query(max_length=500, description="La valeur `next` de la page précédente")]


class Page(BaseModel, Generic[Item]):
    """Some items and, when there are more, the cursor of the next page."""

    items: list[Item]
    next: str | None = None


def encode_cursor(*parts: str) -> str:
    """Make the cursor of the last item's sort key."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, parts: int) -> list[str]:
    """Read a cursor; 422 for one that this system did not make."""
    try:
        found: Any = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeDecodeError):
        found = None
    if not isinstance(found, list) or len(found) != parts or not all(isinstance(part, str) for part in found):
        raise FieldErrors([("cursor", "Ce curseur n'est pas valide : reprenez depuis la première page.")])
    return found
