"""The kinds of text that identity's bodies and queries carry."""

import re
import unicodedata
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AfterValidator, Field, StringConstraints

from shared.http.fields import Line

LONGEST_NAME = 80
MOST_MARKS = 3
"""On one letter. Some scripts need two; many more of them cover the lines above and below."""
_SEPARATORS = frozenset(" \u00a0-\u2010\u2011'\u2019.")
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks that show nothing; all other invisible characters are neither letters nor marks."""
_LINK = re.compile(r"\.\w")


def _name(value: str) -> str:
    name = unicodedata.normalize("NFC", value)
    kinds = ["separator" if character in _SEPARATORS else unicodedata.category(character)[0] for character in name]
    if not set(kinds) <= {"L", "M", "separator"} or _INVISIBLE.search(name):
        raise ValueError("ne doit contenir que des lettres, des espaces, des traits d'union, des apostrophes")
    if "L" not in kinds:
        raise ValueError("doit contenir au moins une lettre")
    if _LINK.search(name):
        raise ValueError("ne doit pas contenir de point suivi d'une lettre")
    if "M" * (MOST_MARKS + 1) in "".join(kinds):
        raise ValueError("porte trop de signes sur une même lettre")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"dépasse {LONGEST_NAME} caractères")
    return name


Civility = Annotated[Literal["Mme", "M."], Field(examples=["Mme"])]
Name = Annotated[Line, AfterValidator(_name)]
"""A person's name. It is mailed to an address that is not proved yet, so nothing in it may look like a link."""
Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""Any characters; the domain decides which passwords are refused."""
Code = Annotated[str, StringConstraints(min_length=6, max_length=40, pattern=r"^[0-9A-Za-z -]*$")]
"""A code of a second factor, or a recovery code, as people type it."""
SecretToken = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    Field(examples=["an-example-and-no-secret"]),
]
Words = Annotated[
    str,
    Query(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description="Words to find, whatever their accents and case"),
]
Version = Annotated[int, Field(description="To be sent back in If-Match", examples=[3])]
