"""Compares the copies that services keep of others' data with their owners' rows, straight in the databases."""

from typing import Final

from tests.compose.stack import Stack

_ACCOUNTS: Final = "SELECT id, version, first_name, last_name, is_staff, disabled FROM accounts WHERE {}"
_SESSIONS: Final = "SELECT id, version, place, capacity, state, array_to_string(trainer_ids, ',') FROM sessions"
_OCCUPANCY: Final = "SELECT session_id, version, held FROM occupancy"
_SHEETS: Final = "SELECT id, version, closed FROM sheets"
_TRAININGS: Final = "SELECT id, version, title, state FROM trainings"
_STRUCTURES: Final = "SELECT id, version, name, siret FROM structures"
_ATTACHMENTS: Final = (
    "SELECT id, version, account_id, structure_id, state, array_to_string(statuses, ','), unconfirmed FROM attachments"
)
_ENROLLMENTS: Final = "SELECT id, version, account_id, session_id, approval, seat FROM enrollments"
COPIES: Final = (
    # owner, its rows, who keeps copies, their rows
    ("identity", _ACCOUNTS.format("proved AND erased_at IS NULL"), ("catalogue", "enrollment", "notifier"),
     _ACCOUNTS.format("NOT erased")),
    ("identity", _STRUCTURES, ("enrollment", "notifier"), _STRUCTURES),
    ("identity", _ATTACHMENTS, ("enrollment", "notifier"), _ATTACHMENTS),
    ("catalogue", f"{_TRAININGS} WHERE state <> 'draft'", ("enrollment", "notifier"), _TRAININGS),
    ("catalogue", _SESSIONS, ("enrollment", "notifier"), _SESSIONS),
    ("enrollment", "SELECT id, occupancy_version, held FROM sessions WHERE occupancy_version > 0",
     ("catalogue", "notifier"), _OCCUPANCY),
    ("enrollment", "SELECT id, sheet_version, attendance_closed_at IS NOT NULL FROM sessions WHERE sheet_version > 0",
     ("catalogue", "notifier"), _SHEETS),
    ("enrollment", _ENROLLMENTS, ("notifier",), _ENROLLMENTS),
)  # fmt: skip


async def differing(stack: Stack) -> list[str]:
    """One line for each row that an owner and a service with copies do not have alike."""
    found = []
    for owner, owned, keepers, kept in COPIES:
        rows = {tuple(row) for row in await stack.query(owner, f"{owned};")}
        for keeper in keepers:
            copied = {tuple(row) for row in await stack.query(keeper, f"{kept};")}
            found += [f"{owner} has {' '.join(row)} and {keeper} not" for row in sorted(rows - copied)]
            found += [f"{keeper} has {' '.join(row)} and {owner} not" for row in sorted(copied - rows)]
    return found
