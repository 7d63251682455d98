"""Answers of the services about the people of a structure, with hostile text wherever somebody may type."""

from typing import Any

import httpx

from tests.web.examples import END, ID, OTHER, START, answers
from tests.web.fake import HOSTILE

PERSON = {"id": OTHER, "first_name": HOSTILE, "last_name": HOSTILE}
STRUCTURE = {"id": OTHER, "name": HOSTILE, "town": HOSTILE}
SESSION = {"id": OTHER, "title": HOSTILE, "place": HOSTILE, "starts_at": START, "ends_at": END}
ATTACHMENT = f"/api/identity/v1/attachments/{ID}"


def attachment(**changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = {
        "id": ID, "version": 3, "state": "active", "statuses": ["beneficiary"], "unconfirmed": False,
        "structure": STRUCTURE, "account": {**PERSON, "civility": None, "email": HOSTILE}, "asked_at": START,
        "confirmed_at": START, "confirmed_by": PERSON, "closed_at": None, "closed_by": None, "reason": HOSTILE,
    }  # fmt: skip
    return {**example, **changes}


def open_request() -> dict[str, Any]:
    return {"id": ID, "structure_id": OTHER, "title": HOSTILE, "starts_at": START, "status_label": HOSTILE}


def left_open() -> dict[str, Any]:
    return {
        "id": ID, "person": PERSON, "structure": STRUCTURE, "because": "status_lost", "found_at": START,
        "requests": [open_request()],
    }  # fmt: skip


def attendance() -> dict[str, Any]:
    slot = {
        "slot_id": OTHER, "starts_at": START, "ends_at": END, "status": "late", "arrived_at": END, "remark": HOSTILE,
    }  # fmt: skip
    return {
        "enrollment_id": ID, "person": PERSON, "structure": STRUCTURE, "session": SESSION, "attended": True,
        "status_label": HOSTILE, "followed_label": HOSTILE, "has_certificate": True, "slots": [slot],
    }  # fmt: skip


def decision() -> dict[str, Any]:
    return {
        "enrollment_id": ID, "label": HOSTILE, "at": START, "by": HOSTILE, "own": False, "note": HOSTILE,
        "person": PERSON, "structure": STRUCTURE, "session": SESSION, "status_label": HOSTILE,
    }  # fmt: skip


def report() -> dict[str, Any]:
    return {
        "id": ID, "structure": STRUCTURE, "reporter": PERSON, "text": HOSTILE, "state": "applied",
        "reported_at": START, "answered_at": START, "answered_by": PERSON, "answer": HOSTILE,
    }  # fmt: skip


def page(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next": None, "total": len(items)}


def of_structure(*statuses: str, **changes: Any) -> dict[str, Any]:
    """What the gateway answers to somebody with these statuses in a structure."""
    every = answers(*statuses)
    me = every["GET /api/identity/v1/me"]
    own = {**me["attachments"][0], "id": OTHER, "statuses": list(statuses)}
    person = {
        "attachment_id": ID, "person": PERSON, "structure": STRUCTURE, "statuses": ["beneficiary"],
        "open_requests": 1, "followed": 2,
    }  # fmt: skip
    return {
        **every,
        "GET /api/identity/v1/me": {**me, "attachments": [own]},
        "GET /api/identity/v1/attachments": page(attachment()),
        f"GET {ATTACHMENT}": attachment(),
        "GET /api/identity/v1/change-reports": page(report()),
        "GET /api/enrollment/v1/people": page(person),
        f"GET /api/enrollment/v1/people/{OTHER}/open-requests": [open_request()],
        "GET /api/enrollment/v1/left-open": page(left_open()),
        f"GET /api/enrollment/v1/left-open/{ID}": left_open(),
        "GET /api/enrollment/v1/attendance": page(attendance()),
        "GET /api/enrollment/v1/attendance/export": httpx.Response(200, content=b"file"),
        "GET /api/enrollment/v1/decisions": page(decision()),
        "GET /api/enrollment/v1/decisions/export": httpx.Response(200, content=b"file"),
        **changes,
    }
