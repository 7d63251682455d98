"""A mail as it leaves. It is stored before it is handed to the server and deleted when its outcome is known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.notifier.domain.copies import Slot
from services.notifier.storage.slots import slots_as_json, slots_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """`content`: the whole MIME message, in ASCII; a second copy is sent from it, so that both are the same.

    `slots` and `sequence`: the recipient's calendar entries after this mail, None if it does not change them.
    """

    recipient: str
    content: str
    message_id: str
    subject: str
    text: str
    html: str
    files: Sequence[Mapping[str, str]]
    slots: tuple[Slot, ...] | None
    sequence: int | None


def outgoing_as_json(outgoing: Outgoing) -> dict[str, Any]:
    slots = None if outgoing.slots is None else slots_as_json(outgoing.slots)
    return {**asdict(outgoing), "files": list(outgoing.files), "slots": slots}


def outgoing_of(column: Mapping[str, Any]) -> Outgoing:
    return Outgoing(**{**column, "slots": None if column["slots"] is None else slots_of(column["slots"])})
