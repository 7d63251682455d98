"""Answers about what the agency plans, with hostile text wherever somebody may type."""

from typing import Any

from tests.web.examples import END, ID, OTHER, PERSON, SLOTS, START, answers
from tests.web.fake import HOSTILE

CATALOGUE = "/api/catalogue/v1"
TRAINING = f"{CATALOGUE}/trainings/{ID}"
SESSION = f"{CATALOGUE}/sessions/{ID}"
AXIS = {"id": OTHER, "name": HOSTILE, "description": HOSTILE, "version": 3, "position": 1}
TRAINER = {"id": OTHER, **PERSON}


def training(**changes: Any) -> dict[str, Any]:
    texts = ("title", "summary", "objectives", "content", "audience", "prerequisites", "duration", "contact")
    return {
        **dict.fromkeys((*texts, "accessibility"), HOSTILE),
        "id": ID, "version": 2, "axis": AXIS, "kind": "training", "kind_label": "Formation", "members_only": True,
        "state": "published", "state_label": "Publiée", "archived": False, "next_session_at": START, "sessions": [],
        **changes,
    }  # fmt: skip


def session(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "version": 4, "training": training(), "capacity": 12, "place": HOSTILE, "town": HOSTILE,
        "address": HOSTILE, "access": HOSTILE, "distance": False, "link": "https://visio.example/x",
        "opens_at": "2031-01-01T07:00:00Z", "closes_at": "2031-03-10T17:00:00Z", "starts_at": START, "ends_at": END,
        "duration_hours": 3.5, "slots": SLOTS, "trainers": [TRAINER], "cancelled": None,
        "occupancy": {"held": 8, "queued": 2, "free": 4},
        "requests": {"state": "open", "label": "Ouvert", "sentence": "Ouvert, 4 places"},
        **changes,
    }  # fmt: skip


def page(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": list(items), "next": None, **more}


def staff_answers() -> dict[str, Any]:
    """What the gateway answers to staff."""
    change = {"label": HOSTILE, "by": TRAINER, "at": START, "note": HOSTILE, "changed": [HOSTILE]}
    found = answers("staff")
    found["GET /api/identity/v1/me"]["is_staff"] = True
    return {
        **found,
        f"GET {CATALOGUE}/axes": [AXIS],
        f"GET {CATALOGUE}/axes/{OTHER}": AXIS,
        f"GET {CATALOGUE}/trainings": page(training()),
        f"GET {TRAINING}": training(),
        f"GET {TRAINING}/history": [change],
        f"GET {CATALOGUE}/sessions": page(session(), total=1, total_is_exact=True),
        f"GET {SESSION}": session(),
        f"GET {SESSION}/history": [change],
        f"GET {CATALOGUE}/trainers": page({**TRAINER, "upcoming": 2}),
    }


def account() -> dict[str, Any]:
    attachment = {"id": ID, "state": "active", "statuses": ["beneficiary"], "structure": {"id": OTHER, "name": HOSTILE}}
    return {"id": ID, **PERSON, "email": HOSTILE, "disabled": False, "attachments": [attachment]}


def session_answers() -> dict[str, Any]:
    """What the gateway answers to staff about the people of a session."""
    message = {
        "sender": PERSON, "sent_to": "held", "recipients": 3, "subject": HOSTILE, "text": HOSTILE, "sent_at": START,
    }  # fmt: skip
    proposal = {
        "person": PERSON, "structure": {"id": OTHER, "name": HOSTILE}, "kind": "participation", "reason": HOSTILE,
        "proposed_by": PERSON, "proposed_at": START, "expires_at": END,
    }  # fmt: skip
    return {
        **staff_answers(),
        "GET /api/identity/v1/accounts": page(account()),
        f"GET /api/enrollment/v1/sessions/{ID}/messages": page(message),
        "GET /api/enrollment/v1/proposals": page(proposal),
    }
