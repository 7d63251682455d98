"""A mail as it leaves. It is stored before it is handed to the server and deleted when its outcome is known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.notifier.domain.mail import HeldEntries
from services.notifier.storage.slots import slots_as_json, slots_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """`content`: the whole MIME message, in ASCII; a second copy is sent from it, so that both are the same.

    `text`, `html`: what the row keeps afterwards. `entries`: the recipient's calendar entries after this mail, None if
    it does not change them.
    """

    recipient: str
    content: str
    message_id: str
    subject: str
    text: str
    html: str
    files: Sequence[Mapping[str, str]]
    entries: HeldEntries | None


def outgoing_as_json(outgoing: Outgoing) -> dict[str, Any]:
    entries = outgoing.entries
    kept = None if entries is None else {**asdict(entries), "slots": slots_as_json(entries.slots)}
    return {**asdict(outgoing), "files": list(outgoing.files), "entries": kept}


def outgoing_of(column: Mapping[str, Any]) -> Outgoing:
    values = dict(column)
    slots, sequence = values.pop("slots", None), values.pop("sequence", None)
    entries = values.pop("entries", None)
    if slots is not None:  # written before calendars had places
        entries = {"slots": slots, "sequence": sequence or 0, "place": ""}
    held = None if entries is None else HeldEntries(**{**entries, "slots": slots_of(entries["slots"])})
    return Outgoing(**values, entries=held)
