"""Answers about people, structures and mails for staff, with hostile text wherever somebody may type."""

from typing import Any

from tests.web.examples import END, ID, OTHER, PERSON, START
from tests.web.fake import HOSTILE
from tests.web.planning_examples import page, staff_answers

IDENTITY, ENROLLMENT, NOTIFIER = "/api/identity/v1", "/api/enrollment/v1", "/api/notifier/v1"
ACCOUNT = f"{IDENTITY}/accounts/{ID}"
ATTACHMENT = f"{IDENTITY}/attachments/{ID}"
STRUCTURE = f"{IDENTITY}/structures/{ID}"
ASKED = f"{IDENTITY}/structure-requests/{ID}"
REPORT = f"{IDENTITY}/change-reports/{ID}"
LEFT_OPEN = f"{ENROLLMENT}/left-open/{ID}"
MAIL = f"{NOTIFIER}/mails/{ID}"
SOMEBODY = {"id": OTHER, **PERSON}
SMALL_STRUCTURE = {"id": OTHER, "name": HOSTILE, "town": HOSTILE}
OPEN_REQUEST = {"id": ID, "structure_id": OTHER, "title": HOSTILE, "starts_at": START, "status_label": HOSTILE}


def attachment(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "version": 3, "state": "active", "statuses": ["beneficiary"], "unconfirmed": True,
        "structure": SMALL_STRUCTURE, "account": {"id": ID, "civility": "Mme", "email": HOSTILE, **PERSON},
        "asked_at": START, "confirmed_at": START, "confirmed_by": SOMEBODY, "closed_at": None, "closed_by": None,
        "reason": HOSTILE, **changes,
    }  # fmt: skip


def account(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "civility": "Mme", "email": HOSTILE, **PERSON, "version": 5, "is_staff": False, "disabled": False,
        "proved": True, "erased": False, "attachments": [attachment()], **changes,
    }  # fmt: skip


def structure(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "name": HOSTILE, "town": HOSTILE, "version": 2, "siret": "51930482800014", "is_member": True,
        "closed_at": None, "merged_into": None, "people": 3, "referents": 0, "employers": 0, "waiting": 1, **changes,
    }  # fmt: skip


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "name": HOSTILE, "siret": "51930482800014", "town": HOSTILE, "contact_name": HOSTILE,
        "contact_email": HOSTILE, "state": "open", "asked_at": START, "answered_at": None, "answered_by": None,
        "answer": None, "structure_id": None, **changes,
    }  # fmt: skip


def reported(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "structure": SMALL_STRUCTURE, "reporter": SOMEBODY, "text": HOSTILE, "state": "open",
        "reported_at": START, "answered_at": None, "answered_by": None, "answer": None, **changes,
    }  # fmt: skip


def left_open() -> dict[str, Any]:
    return {
        "id": ID, "person": SOMEBODY, "structure": SMALL_STRUCTURE, "because": "disabled", "found_at": START,
        "requests": [OPEN_REQUEST],
    }  # fmt: skip


def erasure(**changes: Any) -> dict[str, Any]:
    return {
        "account_id": ID, "account_name": HOSTILE, "asked_by": OTHER, "asked_by_name": HOSTILE, "by_staff": True,
        "reason": HOSTILE, "asked_at": START, "ended_at": END, "state": "refused", "sentences": [HOSTILE], **changes,
    }  # fmt: skip


def delivery(**changes: Any) -> dict[str, Any]:
    return {
        "number": 7, "name": HOSTILE, "handler": HOSTILE, "attempts": 5, "next_at": None, "created_at": START,
        "last_error": HOSTILE, "message_id": HOSTILE, "source": HOSTILE, "body": HOSTILE, **changes,
    }  # fmt: skip


def repair(**changes: Any) -> dict[str, Any]:
    return {
        "at": START, "act": "drop", "acted_by": OTHER, "reason": HOSTILE, "deliveries": 1, "name": HOSTILE, **changes,
    }  # fmt: skip


def mail(**changes: Any) -> dict[str, Any]:
    return {
        "id": ID, "kind": "validated", "kind_label": HOSTILE, "recipient": HOSTILE, "recipient_account_id": OTHER,
        "recipient_name": HOSTILE, "status": "failed", "status_label": "En échec", "subject": HOSTILE,
        "subject_id": OTHER, "created_at": START, "sent_at": END, "why_not": HOSTILE, "text": HOSTILE, "html": HOSTILE,
        "files": [HOSTILE], "attempts": 2, "cause": HOSTILE, "can_be_resent": True, "resent_from": OTHER, **changes,
    }  # fmt: skip


def figures() -> dict[str, Any]:
    waiting = {
        "queued": 4, "sheets_to_close": 2, "sessions_without_trainer": 1, "sessions_overbooked": 0, "undelivered": 3,
        "decision_hours": 51.5,
    }  # fmt: skip
    return {
        "counted_at": "2026-11-25T08:10:00Z",
        "requests": [{"month": "2026-11", "approval": "validated", "requests": 7}],
        "fill": [
            {"axis_name": HOSTILE, "sessions": 2, "capacity": 20, "held": 15, "queued": 4},
            {"axis_name": "=1+1", "sessions": 1, "capacity": 0, "held": 0, "queued": 0},
        ],
        "delays": [
            {"since": 0, "until": 1, "decisions": 5},
            {"since": 1, "until": 3, "decisions": 2},
            {"since": 3, "until": None, "decisions": 0},
        ],
        "waiting": waiting,
    }  # fmt: skip


def structure_figures() -> dict[str, Any]:
    return {
        "structures": 240, "accounts": 1900, "structures_without_referent": 4, "structures_without_employer": 0,
        "attachments_requested": 1, "first_users_unconfirmed": 2, "structure_requests_open": 3,
        "change_reports_open": 1, "accounts_invited": 5,
    }  # fmt: skip


def desk_answers() -> dict[str, Any]:
    """What the gateway answers to staff about people, structures and mails."""
    lines = [
        {
            "at": START, "label": HOSTILE, "acted_by": SOMEBODY, "note": HOSTILE,
            "changes": [{"label": HOSTILE, "before": HOSTILE, "after": HOSTILE},
                        {"label": HOSTILE, "before": False, "after": True}],
        }
    ]  # fmt: skip
    return {
        **staff_answers(),
        f"GET {IDENTITY}/accounts": page(account(), total=1),
        f"GET {ACCOUNT}": account(),
        f"GET {IDENTITY}/attachments": page(attachment(), total=1),
        f"GET {ATTACHMENT}": attachment(),
        f"GET {IDENTITY}/structures/overview": page(structure(), total=1),
        f"GET {STRUCTURE}/overview": structure(),
        f"GET {IDENTITY}/structures/{OTHER}/overview": structure(id=OTHER),
        f"GET {STRUCTURE}/history": page(*lines),
        f"GET {IDENTITY}/structure-requests": page(asked(), total=1),
        f"GET {ASKED}": asked(),
        f"GET {IDENTITY}/change-reports": page(reported(), total=1),
        f"GET {REPORT}": reported(),
        f"GET {ENROLLMENT}/left-open": page(left_open()),
        f"GET {LEFT_OPEN}": left_open(),
        f"GET {ENROLLMENT}/people/{ID}/open-requests": [OPEN_REQUEST],
        f"GET {NOTIFIER}/mails": page(mail(), total=1),
        f"GET {NOTIFIER}/mails/figures": {"failed": 1, "unknown": 2, "waiting": [{"label": "x", "count": 1}]},
        f"GET {MAIL}": mail(),
        f"GET {IDENTITY}/erasures": page(
            erasure(), erasure(account_name=None, by_staff=False, state="done", reason=None)
        ),
        **{
            f"GET /api/{service}/v1/deliveries{path}": answer
            for service in ("identity", "catalogue", "enrollment", "notifier")
            for path, answer in (("", page(delivery(), parked=1, waiting=2, acts=[repair()])), ("/7", delivery()))
        },
        f"GET {ENROLLMENT}/figures": figures(),
        f"GET {IDENTITY}/figures": structure_figures(),
    }
