"""Answers of the services, with hostile text wherever somebody may type."""

from typing import Any

import httpx

from tests.web.fake import HOSTILE

ID = "0b5e3c1a-7d42-4c6e-9f10-000000000001"
OTHER = "0b5e3c1a-7d42-4c6e-9f10-000000000002"
START, END = "2031-03-12T08:00:00Z", "2031-03-12T11:30:00Z"
SLOTS = [{"id": OTHER, "starts_at": START, "ends_at": END}]
PERSON = {"first_name": HOSTILE, "last_name": HOSTILE}
STRUCTURE = {"id": OTHER, "name": HOSTILE, "siret": "1", "town": HOSTILE, "is_member": True}
REQUEST = f"/api/enrollment/v1/enrollments/{ID}"


def problem(status: int, detail: str, *errors: tuple[str, str], kind: str = "y") -> httpx.Response:
    fields = [{"field": name, "message": message} for name, message in errors]
    return httpx.Response(status, json={"type": f"urn:x:{kind}", "status": status, "detail": detail, "errors": fields})


def identity_me() -> dict[str, Any]:
    attachment = {"id": ID, "version": 1, "state": "active", "statuses": ["beneficiary"], "structure": STRUCTURE}
    names = {"civility": None, "email": "a@b.example", "is_staff": False, **PERSON}
    return {"id": ID, "version": 1, "attachments": [attachment], **names}


def reader(*roles: str, **counts: int) -> dict[str, Any]:
    every = ("beneficiary", "employer", "referent", "trainer", "staff")
    numbers = ("cart_lines", "to_decide", "to_validate", "to_answer", "sheets_to_close", "proposals_to_answer")
    return {
        "roles": {role: role in roles for role in every},
        "counts": {name: counts.get(name, 0) for name in numbers},
    }


def cart() -> dict[str, Any]:
    line = {
        "session_id": ID, "training_id": OTHER, "title": HOSTILE, "place": HOSTILE, "slots": SLOTS,
        "trainers": [PERSON], "free": 2, "queued": 0, "motivation": HOSTILE,
    }  # fmt: skip
    verdicts = [{"rule": "r", "passed": True, "blocks": False, "sentence": HOSTILE}]
    ofeach = {"session_id": ID, "eligible": True, "verdicts": verdicts}
    return {"lines": [line], "structures": [{"structure": STRUCTURE, "eligible": True, "lines": [ofeach]}]}


def move(name: str, label: str, needs: str | None = None) -> dict[str, Any]:
    return {"move": name, "acting_as": "employer", "href": "/", "label": label, "needs": needs}


def enrollment(**changes: Any) -> dict[str, Any]:
    session = {
        "id": OTHER, "title": HOSTILE, "place": HOSTILE, "starts_at": START, "ends_at": END, "slots": SLOTS,
        "trainers": [PERSON], "axis_name": None, "capacity": 12, "held": 1, "queued": 0,
    }  # fmt: skip
    example: dict[str, Any] = {
        "id": ID, "training_id": OTHER, "person": PERSON, "structure": STRUCTURE, "session": session,
        "requested_at": START, "approval": "awaiting_employer", "seat": "none", "status_label": HOSTILE,
        "late": False, "mine": False, "motivation": HOSTILE, "attended": None, "rank": 2, "queue_length": 7,
        "rank_reason": HOSTILE, "structure_held": 1, "quota": {"sentence": HOSTILE},
        "question": {"text": HOSTILE, "at": START, "by": HOSTILE},
        "decide_before": START, "can_withdraw_without_late_until": None, "undo_until": None,
        "certificate": REQUEST + "/certificate",
        "moves": [move("accept", "Accepter"), move("refuse", "Refuser", "reason")],
    }  # fmt: skip
    return {**example, **changes}


def history() -> list[dict[str, Any]]:
    line = {"label": HOSTILE, "from_approval": "awaiting_employer", "by": HOSTILE, "at": START, "note": HOSTILE}
    session = {"place": HOSTILE, "starts_at": START}
    return [line | {"from_session": None, "to_session": None}, line | {"from_session": session, "to_session": session}]


def mail_about() -> dict[str, Any]:
    names = {"subject": HOSTILE, "kind_label": HOSTILE, "recipient_name": HOSTILE, "status_label": HOSTILE}
    return {"at": START, **names}


def counts() -> dict[str, Any]:
    one = {"count": 1, "more": False}
    groups = ("requested", "followed", "refused", "cancelled")
    return {"approvals": {"awaiting_employer": one}, "groups": dict.fromkeys(groups, one)}


def trainer_session() -> dict[str, Any]:
    return {
        "id": ID, "title": HOSTILE, "place": HOSTILE, "starts_at": START, "slots": SLOTS, "capacity": 12, "held": 1,
        "queued": 1, "pending": 1, "awaiting_answer": 1, "state_label": "À venir",
    }  # fmt: skip


def answers(*roles: str, **numbers: int) -> dict[str, Any]:
    """What the gateway answers to somebody with these roles."""
    requests = {"items": [enrollment()], "next": None, "total": 1, "more_than_total": False}
    rule = {"name": "r", "title": HOSTILE, "sentence": HOSTILE, "enabled": True}
    return {
        "GET /api/identity/v1/me": identity_me(),
        "GET /api/enrollment/v1/me": reader(*roles, **numbers),
        "GET /api/enrollment/v1/cart": cart(),
        "GET /api/enrollment/v1/enrollments": requests,
        "GET /api/enrollment/v1/enrollments/counts": counts(),
        f"GET {REQUEST}": enrollment(),
        f"GET {REQUEST}/history": history(),
        f"GET /api/notifier/v1/subjects/{ID}/mails": [mail_about()],
        f"GET {REQUEST}/certificate": httpx.Response(200, content=b"%PDF-1.7"),
        "GET /api/enrollment/v1/sessions": {"items": [trainer_session()], "next": None},
        "GET /api/enrollment/v1/rules": [rule],
    }
