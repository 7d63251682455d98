"""Mails that an earlier version queued, as this version would have queued them."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

_REPORTED: Final = "identity.structure_change_reported.v1:"


def as_queued_now(cause: str, subject_id: UUID, facts: Mapping[str, Any]) -> tuple[UUID, Mapping[str, Any]]:
    """The subject and the facts. A mail about a reported change had the structure as its subject, not the report."""
    if cause.startswith(_REPORTED):
        return UUID(cause.split(":")[1]), {"structure_id": str(subject_id), **facts}
    return subject_id, facts
