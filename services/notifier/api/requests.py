"""The parameters of the calls."""

from typing import Annotated

from pydantic import AfterValidator, WithJsonSchema

from services.notifier.domain.mails.all import SPECS


def _declared(kind: str) -> str:
    if kind not in SPECS:
        raise ValueError("n'est pas une sorte de message")
    return kind


Kind = Annotated[str, AfterValidator(_declared), WithJsonSchema({"type": "string", "enum": list(SPECS)})]
"""The kind of a mail: one that a record declares."""
