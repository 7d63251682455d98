"""Answers about attendance sheets, with hostile text wherever somebody may type."""

from typing import Any

from tests.web.examples import END, ID, OTHER, PERSON, START, STRUCTURE, answers, enrollment, move, trainer_session
from tests.web.fake import HOSTILE

SLOT, AFTERNOON = "0b5e3c1a-7d42-4c6e-9f10-000000000011", "0b5e3c1a-7d42-4c6e-9f10-000000000012"
SESSION = f"/api/enrollment/v1/sessions/{ID}"
SHEET = f"{SESSION}/attendance"
ANA, BOB = "0b5e3c1a-7d42-4c6e-9f10-000000000021", "0b5e3c1a-7d42-4c6e-9f10-000000000022"
SEEN = "2031-03-12T10:05:00Z"
SLOTS = [
    {"id": SLOT, "starts_at": START, "ends_at": END},
    {"id": AFTERNOON, "starts_at": "2031-03-12T12:30:00Z", "ends_at": "2031-03-12T16:00:00Z"},
]
NOBODY = {"status": None, "arrived_at": None, "remark": None, "recorded_by": None, "recorded_at": None}
PRESENT = {**NOBODY, "status": "present", "remark": HOSTILE, "recorded_by": PERSON, "recorded_at": SEEN}
LABELS = {
    "record": "Enregistrer les présences", "add": "Ajouter une personne", "close": "Clore l'émargement",
    "reopen": "Rouvrir l'émargement", "correct": "Corriger une ligne",
}  # fmt: skip


def line(request: str, *slots: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A line; each of `slots` is what is recorded in the slot of its place."""
    recorded = zip(SLOTS, slots or (NOBODY, NOBODY), strict=True)
    return {
        "enrollment_id": request, "person": {**PERSON, "email": "a@b.example"}, "structure": STRUCTURE,
        "validated": True, "abandoned": False, "status_label": "Inscrit·e",
        "slots": [{"slot_id": slot["id"], **presence} for slot, presence in recorded],
        **changes,
    }  # fmt: skip


def sheet(*moves: str, acting_as: str = "trainer", lines: list[Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A sheet on which the reader can make these moves."""
    asks = {"reopen", "correct"} if acting_as == "trainer" else set(LABELS)
    session = {
        **trainer_session(),
        "slots": SLOTS,
        "training_id": OTHER,
        "state": "scheduled",
        "axis": HOSTILE,
        "ends_at": END,
    }
    return {
        "session": session, "closed_at": None, "history": [], "acting_as": acting_as,
        "recordable": [SLOT, AFTERNOON] if "record" in moves else [],
        "lines": [line(ANA), line(BOB, PRESENT, PRESENT)] if lines is None else lines,
        "moves": [
            {"move": each, "label": LABELS[each], "needs": "reason" if each in asks else None} for each in moves
        ],
        **changes,
    }  # fmt: skip


def closed_sheet(*moves: str, **changes: Any) -> dict[str, Any]:
    event = {"act": "close", "label": "Émargement clos", "acted_by": PERSON, "at": SEEN, "note": HOSTILE}
    lines = [line(ANA, PRESENT, {**PRESENT, "status": "late", "arrived_at": "2031-03-12T13:10:00Z"}), line(BOB)]
    history = [
        {**event, "enrollment_id": None},
        {**event, "act": "correct", "label": "Présences corrigées", "enrollment_id": ANA},
    ]
    return sheet(*moves, lines=lines, closed_at=SEEN, history=history, **changes)


def sheet_answers(role: str = "trainer", **changes: Any) -> dict[str, Any]:
    """What the gateway answers to a trainer of the session, or to staff."""
    sent = {
        "sender": PERSON, "subject": HOSTILE, "text": HOSTILE, "sent_at": START, "sent_to": "held", "recipients": 8,
    }  # fmt: skip
    moves = [move("validate", "Valider"), move("decline", "Ne pas retenir", "reason"), move("accept", "Accepter")]
    waiting = enrollment(approval="awaiting_trainer", seat="held", moves=moves)
    queued = enrollment(id=OTHER, approval="validated", seat="queued", moves=[])
    return {
        **answers(role),
        "GET /api/enrollment/v1/enrollments": {
            "items": [waiting, queued, enrollment()], "next": None, "total": 3, "more_than_total": False,
        },
        f"GET {SHEET}": sheet("record", "add", "close", acting_as="staff" if role == "staff" else "trainer"),
        f"GET {SESSION}/messages": {"items": [sent], "next": "n"},
        f"GET {SHEET}/candidates": {"items": [{"person": {"id": OTHER, **PERSON}, "structure": STRUCTURE}]},
        **changes,
    }  # fmt: skip
