"""A mail as it leaves. It is stored before it is handed to the server and deleted when its outcome is known."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from services.notifier.domain.mail import HeldEntries
from services.notifier.storage.slots import slots_as_json, slots_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """`content`: the whole MIME message, in ASCII; a second copy is sent from it, so that both are the same.

    `text`, `html`: what the row keeps afterwards. `entries`: the recipient's calendar entries after this mail, None if
    it does not change them; `entries_of_requests`: those of each request, of a mail about several.
    """

    recipient: str
    content: str
    message_id: str
    subject: str
    text: str
    html: str
    files: Sequence[Mapping[str, str]]
    entries: HeldEntries | None
    entries_of_requests: Mapping[UUID, HeldEntries] = field(default_factory=dict)


def outgoing_as_json(outgoing: Outgoing) -> dict[str, Any]:
    entries = outgoing.entries
    return {
        **asdict(outgoing),
        "files": list(outgoing.files),
        "entries": None if entries is None else _entries_as_json(entries),
        "entries_of_requests": {
            str(request_id): _entries_as_json(each) for request_id, each in outgoing.entries_of_requests.items()
        },
    }


def outgoing_of(column: Mapping[str, Any]) -> Outgoing:
    values = dict(column)
    slots, sequence = values.pop("slots", None), values.pop("sequence", None)
    entries = values.pop("entries", None)
    if slots is not None:  # written before calendars had places
        entries = {"slots": slots, "sequence": sequence or 0, "place": ""}
    # written before a mail could be about several requests: it has none of theirs
    of_requests = values.pop("entries_of_requests", {})
    return Outgoing(
        **values,
        entries=None if entries is None else _entries_of(entries),
        entries_of_requests={UUID(request_id): _entries_of(each) for request_id, each in of_requests.items()},
    )


def _entries_as_json(entries: HeldEntries) -> dict[str, Any]:
    return {**asdict(entries), "slots": slots_as_json(entries.slots)}


def _entries_of(column: Mapping[str, Any]) -> HeldEntries:
    return HeldEntries(**{**column, "slots": slots_of(column["slots"])})
