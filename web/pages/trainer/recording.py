"""What a form of the sheet says, and how it is recorded: never over what somebody else recorded unseen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from web.client import sheets
from web.client.catalogue import Slot
from web.client.errors import Refused
from web.client.sheets import Line, Sheet
from web.context import Visit
from web.dates import PARIS
from web.pages.trainer.sheet_views import arrived_of, presence_in, seen_of

STATUSES: Final = ("present", "late", "excused", "unexcused")
_STOPPED: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.NOT_FOUND})

Presences = Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Recorded:
    """What became of the presences of one slot.

    `sheet` is the sheet afterwards, None if nothing was recorded. `problems` are sentences by request; `taken` are the
    requests for which somebody else recorded something else. `stopped` says why nothing more can be recorded.
    """

    sheet: Sheet | None = None
    problems: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    stopped: str | None = None
    reason: str | None = None


async def record(reader: Visit, session_id: UUID, slot_id: UUID, presences: Presences, reason: str | None) -> Recorded:
    """Record what can be recorded of these presences; each of the others has a problem."""
    done, left = Recorded(), list(presences)
    while left:
        body = {"presences": left, **({"reason": reason} if reason else {})}
        try:
            done.sheet = await reader.api(sheets.RECORD, session_id=session_id, slot_id=slot_id, body=body)
            break
        except Refused as error:
            wrong = _by_request(error, left)
            if wrong:
                done.problems |= wrong
                done.taken |= set(wrong) if error.problem.kind == "recorded-meanwhile" else set()
                left = [each for each in left if each["enrollment_id"] not in wrong]
            elif error.problem.status in _STOPPED:
                done.stopped = error.problem.detail
                break
            elif error.problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                done.reason = error.by_field.get("reason", error.problem.detail)
                break
            else:
                raise
    return done


def presence_body(
    request: str, slot: Slot, *, status: str, arrived: str, remark: str | None, seen_at: str
) -> dict[str, Any]:
    """A presence as the API takes it. Without `remark` the one that is recorded is kept."""
    body: dict[str, Any] = {"enrollment_id": request, "status": status, "replaces": seen_at or None}
    if status == "late" and arrived:
        body["arrived_at"] = arrival(slot, arrived)
    if remark is not None:
        body["remark"] = remark or None
    return body


def changed(sheet: Sheet, values: Mapping[str, str]) -> dict[UUID, list[dict[str, Any]]]:
    """The presences that the form changes, by slot; `all` is the slot in which the others are present too."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for slot in sheet.session.slots:
        lines = [line for line in sheet.lines if not line.abandoned]
        presences = [_changed(line, slot, values) for line in lines]
        found[slot.id] = [each for each in presences if each]
    return {slot: presences for slot, presences in found.items() if presences}


def arrival(slot: Slot, hour: str) -> str:
    """The moment of "9:40" in a slot; the text itself if it is no hour, which the API refuses with its sentence."""
    try:
        at = datetime.combine(slot.starts_at.astimezone(PARIS).date(), time.fromisoformat(hour), PARIS)
    except ValueError:
        return hour
    return (at if at >= slot.starts_at else at + timedelta(days=1)).isoformat()


def _changed(line: Line, slot: Slot, values: Mapping[str, str]) -> dict[str, Any] | None:
    name, presence = f"{slot.id}.{line.enrollment_id}", presence_in(line, slot)
    status, seen = values.get(f"s.{name}", ""), values.get(f"r.{name}", "")
    if not status and values.get("all") == str(slot.id):
        status = "present"
    if status not in STATUSES:
        return None
    arrived = values.get(f"a.{name}", "") if status == "late" else ""
    remark = values.get(f"w.{name}", "").strip()
    same_words = remark == (presence.remark or "")
    if (status, arrived) == (presence.status, arrived_of(presence)) and same_words:
        return None
    seen_status, _, seen_at = seen.partition("|")
    if seen != seen_of(presence) and status == seen_status and (same_words or not remark):
        return None  # somebody else changed it, and the reader did not touch it
    return presence_body(str(line.enrollment_id), slot, status=status, arrived=arrived, remark=remark, seen_at=seen_at)


def _by_request(error: Refused, presences: Presences) -> dict[str, str]:
    """The problems of single presences: fields are `presences.<place>.<field>`, or `presences.<request>`."""
    by_place = {str(place): each["enrollment_id"] for place, each in enumerate(presences)}
    found = {}
    for name, sentence in error.by_field.items():
        part = name.split(".")[1] if name.startswith("presences.") else ""
        request = by_place.get(part, part)
        if request in by_place.values():
            found[request] = sentence
    return found
