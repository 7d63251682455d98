"""Each snapshot fills its table, with or without fields that another service adds to it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import create_model
from sqlalchemy import Table

from services.notifier.storage import tables
from shared.contracts.catalogue import SessionSnapshot, TrainingSnapshot
from shared.contracts.enrollment import EnrollmentSnapshot
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureSnapshot
from shared.contracts.message import Snapshot
from shared.messaging.copies import Copy
from tests.unit.notifier.records import NOW

ID = uuid4()
EXAMPLES: list[tuple[type[Snapshot], Table, dict[str, Any]]] = [
    (AccountSnapshot, tables.accounts, {"first_name": "Zoé", "last_name": "Martin", "email": "zoe@example.org"}),
    (StructureSnapshot, tables.structures, {"name": "Les Amis", "siret": "1" * 14, "town": "Lyon", "is_member": True}),
    (
        AttachmentSnapshot,
        tables.attachments,
        {"account_id": ID, "structure_id": ID, "state": "active", "statuses": ["employer"]},
    ),
    (
        TrainingSnapshot,
        tables.trainings,
        {"title": "Titre", "axis_id": ID, "kind": "training", "members_only": False, "state": "published"},
    ),
    (
        SessionSnapshot,
        tables.sessions,
        {
            "training_id": ID,
            "training_title": "Titre",
            "capacity": 1,
            "place": "Salle 2",
            "opens_at": NOW,
            "closes_at": NOW,
            "slots": [{"id": ID, "starts_at": NOW, "ends_at": NOW}],
            "trainer_ids": [ID],
            "state": "scheduled",
        },
    ),
    (
        EnrollmentSnapshot,
        tables.enrollments,
        {
            "account_id": ID,
            "structure_id": ID,
            "training_id": ID,
            "session_id": ID,
            "approval": "validated",
            "seat": "held",
        },
    ),
]


@pytest.mark.parametrize(("snapshot", "table", "fields"), EXAMPLES, ids=[table.name for _, table, _ in EXAMPLES])
def test_a_field_that_is_added_to_a_snapshot_changes_nothing(
    snapshot: type[Snapshot], table: Table, fields: dict[str, Any]
) -> None:
    longer = create_model("Longer", __base__=snapshot, added_later=(UUID | None, None))
    known = snapshot.model_validate({"id": ID, "version": 1, **fields})
    added = longer.model_validate({"id": ID, "version": 1, "added_later": uuid4(), **fields})
    row = Copy(snapshot, table).values(known)
    assert row["id"] == ID
    assert Copy(longer, table).values(added) == row
