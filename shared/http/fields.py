"""The types of text in requests, each with its limits."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from stdnum.exceptions import ValidationError
from stdnum.fr import siret

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LINE_BREAK = re.compile(r"[\t\r\n]")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


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
    return _no_control(value)


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("n'est pas une adresse électronique valide")
    return value.lower()


def _siret(value: str) -> str:
    try:
        return siret.validate(value)
    except ValidationError:
        raise ValueError("n'est pas un numéro SIRET valide (14 chiffres)") from None


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_one_line)]
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000), AfterValidator(_no_control)
]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254), AfterValidator(_email)]
Siret = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(_siret)]
