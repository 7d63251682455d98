"""The types of ids and of text in requests, each text with its limits."""

import re
from email.errors import HeaderParseError
from email.headerregistry import AddressHeader, HeaderRegistry
from typing import Annotated, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile(r"[\t\r\n]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z]{{2,63}}")
_LONGEST_LOCAL_PART = 64
_HEADERS = HeaderRegistry()
_ENCODED_WORD = "=?"
"""The beginning of an encoded word (RFC 2047), which mail programs show, and Python parses, as something else."""


class Strict(BaseModel):
    """A request body. Unknown fields are rejected."""

    model_config = ConfigDict(extra="forbid")


def _no_control(value: str) -> str:
    if _CONTROL.search(value):
        raise ValueError("contient des caractères de contrôle ; retirez-les")
    return value


def _one_line(value: str) -> str:
    if _LINE_BREAK.search(value):
        raise ValueError("doit tenir sur une seule ligne")
    if _ENCODED_WORD in value:
        raise ValueError("ne doit pas contenir « =? »")
    return _no_control(value)


def _email(value: str) -> str:
    """In lower case: one mailbox has one spelling here, so it is one account and is counted once by every limit."""
    if not _EMAIL.fullmatch(value) or _ENCODED_WORD in value or not _is_read_as_typed(value):
        raise ValueError("n'est pas une adresse électronique valide")
    return value.lower()


def _is_read_as_typed(address: str) -> bool:
    """Whether the header of a mail to this address names this address, as Python reads it."""
    try:
        [mailbox] = cast("AddressHeader", _HEADERS("To", address)).addresses
    except (ValueError, IndexError, HeaderParseError):
        return False
    local_part_fits = len(mailbox.username) <= _LONGEST_LOCAL_PART
    return local_part_fits and mailbox.addr_spec == address and not mailbox.display_name


def _siret(value: str) -> str:
    try:
        return siret.validate(value)
    except ValidationError:
        raise ValueError("n'est pas un numéro SIRET valide (14 chiffres)") from None


Id = Annotated[UUID, Field(examples=["7d0f3a64-2b1c-4f0e-8a6d-0c9e5b1f2a33"])]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_no_control)
]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Siret = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(_siret)]
