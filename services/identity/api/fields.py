"""The kinds of text that identity's bodies and queries carry."""

import unicodedata
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AfterValidator, Field, StringConstraints

from shared.http.fields import Line

LONGEST_NAME = 80
_OF_LINKS = frozenset("/:@<>")


def _name(value: str) -> str:
    if _OF_LINKS & set(value):
        raise ValueError("ne doit contenir aucun des caractères / : @ < >")
    if len(value) > LONGEST_NAME:
        raise ValueError(f"dépasse {LONGEST_NAME} caractères")
    return unicodedata.normalize("NFC", value)


Civility = Literal["Mme", "M."]
Name = Annotated[Line, AfterValidator(_name)]
"""A person's name. It is mailed to an address that is not proved yet, so nothing in it may look like a link."""
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""Any characters; the domain decides which passwords are refused."""
Code = Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=r"^[0-9A-Za-z -]*$")]
"""A code of a second factor, or a recovery code, as people type it."""
SecretToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[
    str,
    Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="Words to find, whatever their accents and case"),
]
Version = Annotated[int, Field(description="To be sent back in If-Match", examples=[3])]
