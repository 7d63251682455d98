"""What is done with an attachment: by its person, by the referents of the structure, and by staff."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from fastapi import HTTPException

from web.client import desk
from web.client.calls import Call
from web.context import Visit
from web.forms import Form

STATUSES: Final = ("beneficiary", "employer", "referent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act: `name` is in the address and names its words in the templates; `state` is where it starts from."""

    name: str
    state: desk.State
    call: Call[None]
    is_own: bool = False
    asks_statuses: bool = False
    asks_reason: bool = False
    is_reason_optional: bool = False
    is_dangerous: bool = False
    of_first_user: bool = False
    needs_version: bool = False


CONFIRM: Final = Act(name="confirmer", state="requested", call=desk.CONFIRM, asks_statuses=True)
REFUSE: Final = Act(name="refuser", state="requested", call=desk.REFUSE, asks_reason=True, is_dangerous=True)
CONFIRM_FIRST: Final = Act(name="premier", state="active", call=desk.CONFIRM_FIRST, of_first_user=True)
END: Final = Act(name="terminer", state="active", call=desk.END, asks_reason=True, is_dangerous=True)


async def do(reader: Visit, attachment_id: UUID, act: Act, form: Form) -> None:
    """Ask the service for the act, with what its form says. Raises Refused."""
    version = form.values.get("version", "")
    if not version.isdecimal():
        raise HTTPException(HTTPStatus.NOT_FOUND)
    reason = form.values.get("reason", "").strip()
    body: dict[str, Any] = {}
    if act.asks_statuses:
        body["statuses"] = [status for status in STATUSES if form.values.get(status)]
    if act.asks_reason and (reason or not act.is_reason_optional):
        body["reason"] = reason
    await reader.api(
        act.call,
        attachment_id=attachment_id,
        body=body or None,
        version=int(version) if act.needs_version else None,
    )
