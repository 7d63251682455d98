"""The events of identity and catalogue that enrollment handles, and the snapshots in them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from shared.contracts.catalogue import SessionSnapshot, SlotSnapshot, TrainingSnapshot
from shared.contracts.identity import (
    AccountAttachmentConfirmed,
    AccountRegistered,
    AccountSnapshot,
    AttachmentSnapshot,
)


@dataclass(kw_only=True)
class EnrollmentEvents:
    """Makes events and snapshots; keeps the newest snapshot of every session, so that the next version follows it."""

    trainer: UUID = field(default_factory=uuid4)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    sessions: dict[UUID, SessionSnapshot] = field(default_factory=dict)

    def account(self, account_id: UUID, **changes: Any) -> AccountRegistered:
        """The event with an account that can sign in, by default."""
        values = {
            "version": 1,
            "first_name": "Lou",
            "last_name": "Faure",
            "email": f"{account_id}@exemple.fr",
            **changes,
        }
        return AccountRegistered(occurred_at=self.now, account=AccountSnapshot(id=account_id, **values))

    def attachment(self, account_id: UUID, structure_id: UUID, *statuses: Any, **changes: Any) -> AttachmentSnapshot:
        """An active attachment, by default; all versions have the same id, derived from account and structure."""
        values = {"id": uuid5(account_id, str(structure_id)), "version": 1, "state": "active", **changes}
        return AttachmentSnapshot(account_id=account_id, structure_id=structure_id, statuses=statuses, **values)

    def attached(self, account_id: UUID, structure_id: UUID, status: Any) -> AccountAttachmentConfirmed:
        return AccountAttachmentConfirmed(
            occurred_at=self.now, attachment=self.attachment(account_id, structure_id, status), confirmed_by=None
        )

    def training(self, training_id: UUID | None = None, **changes: Any) -> TrainingSnapshot:
        """A published training, by default."""
        values = {
            "version": 1,
            "title": "VAE",
            "axis_id": uuid4(),
            "kind": "training",
            "members_only": False,
            "state": "published",
        }
        return TrainingSnapshot(id=training_id or uuid4(), **{**values, **changes})

    def planned(
        self, training: TrainingSnapshot, capacity: int, *, starts: timedelta = timedelta(days=30)
    ) -> SessionSnapshot:
        """A new session of two half-days, open for requests now."""
        first = self.now + starts
        slots = tuple(
            SlotSnapshot(id=uuid4(), starts_at=at, ends_at=at + timedelta(hours=3))
            for at in (first, first + timedelta(hours=4))
        )
        session = SessionSnapshot(
            id=uuid4(),
            version=1,
            training_id=training.id,
            training_title=training.title,
            capacity=capacity,
            place="Limoges",
            opens_at=self.now - timedelta(days=1),
            closes_at=self.now + timedelta(days=20),
            slots=slots,
            trainer_ids=(self.trainer,),
            state="scheduled",
        )
        self.sessions[session.id] = session
        return session

    def next_of(self, session_id: UUID, **changes: Any) -> SessionSnapshot:
        """The next version of a session that is in `sessions`."""
        before = self.sessions[session_id]
        self.sessions[session_id] = before.model_copy(update={"version": before.version + 1, **changes})
        return self.sessions[session_id]
