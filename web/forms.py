"""What a person typed, and what is wrong with it: nothing typed is ever lost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from web.client.errors import Refused

LARGEST: Final = 256 * 1024
"""Bytes of one form; the API refuses longer bodies too."""
KEPT: Final = frozenset(
    {
        HTTPStatus.CONFLICT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""After these answers of the API the page of the form says why, with what was typed."""


@dataclass(frozen=True, slots=True)
class Form:
    """`values` are those typed, `errors` one sentence for each wrong field, `sentence` what is wrong with all of it.

    `key` makes the post harmless if it is sent again.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    sentence: str | None = None
    key: str = field(default_factory=lambda: str(uuid4()))

    def refused(self, error: Refused, names: Mapping[str, str] | None = None) -> "Form":
        """The same form with the errors of the API. `names`: the form's name of each field of the API, if it differs.

        An error in a field that the form does not have is shown on top.
        """
        errors, others = {}, []
        for api_field, message in error.by_field.items():
            name = (names or {}).get(api_field, api_field)
            if name in self.values:
                errors[name] = message
            else:
                others.append(message)
        sentence = " ".join(others) or (None if errors else error.problem.detail)
        return Form(self.values, errors, sentence, self.key)


def typed(data: FormData) -> dict[str, str]:
    """The text fields of a form, without our own."""
    return {name: value for name, value in data.items() if isinstance(value, str) and name not in {"form_token", "key"}}


def bounded(receive: Receive) -> Receive:
    """`receive`, which raises a 413 when a body turns out longer than LARGEST, whatever its headers promise."""
    left = LARGEST

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return limited
