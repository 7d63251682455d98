"""Structures, as the desk keeps them, and what is asked of the desk about them."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.identity.domain.structures import ChangeReport, RequestState, Structure, StructureRequest
from services.identity.storage.access import Actor
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.snapshots import of_request, of_structure
from shared.contracts.identity import (
    StructureChangeReported,
    StructureRegistered,
    StructureRegistrationRefused,
    StructureRegistrationRequested,
    StructureUpdated,
)
from shared.errors import check_version


async def add_structure(tx: Transaction, actor: Actor, fields: dict[str, Any], *, now: datetime) -> Structure:
    """The desk lists a structure; raises SiretTaken."""
    actor.must_be_staff()
    structure = Structure(id=uuid4(), version=1, **fields)
    await tx.structures.add(structure)
    await _trace(tx, "structure registered", structure.id, actor, now, name=structure.name, siret=structure.siret)
    tx.emit(StructureRegistered(occurred_at=now, structure=of_structure(structure)))
    return structure


async def change_structure(
    tx: Transaction, actor: Actor, structure_id: UUID, changes: dict[str, Any], *, expected: int, now: datetime
) -> Structure:
    """The desk changes a structure, of the version that it has seen; raises SiretTaken."""
    before = await tx.structures.for_staff(structure_id, actor)
    check_version(expected, before.version)
    structure = replace(before, version=before.version + 1, **changes)
    await tx.structures.save(structure)
    was = {name: value for name, value in asdict(before).items() if name in changes}
    await _trace(tx, "structure updated", structure.id, actor, now, before=was, after=changes)
    tx.emit(StructureUpdated(occurred_at=now, structure=of_structure(structure)))
    return structure


async def request_structure(tx: Transaction, fields: dict[str, Any], *, now: datetime) -> StructureRequest:
    """Somebody does not find the structure, and asks the desk to add it."""
    request = StructureRequest(id=uuid4(), version=1, asked_at=now, **fields)
    await tx.desk.add_request(request)
    tx.emit(StructureRegistrationRequested(occurred_at=now, request=of_request(request)))
    return request


async def accept_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, is_member: bool, now: datetime
) -> Structure:
    """The desk adds the structure; raises AlreadyAnswered or SiretTaken."""
    request = (await tx.desk.request(request_id, actor)).answered(RequestState.ACCEPTED)
    await tx.desk.save_request(request)
    structure = Structure(uuid4(), 1, request.name, request.siret, request.town, is_member)
    await tx.structures.add(structure)
    await _trace(
        tx, "structure request accepted", request.id, actor, now, structure=str(structure.id), is_member=is_member
    )
    tx.emit(StructureRegistered(occurred_at=now, structure=of_structure(structure), request=of_request(request)))
    return structure


async def refuse_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, reason: str, now: datetime
) -> StructureRequest:
    """The desk does not add the structure; raises AlreadyAnswered."""
    request = (await tx.desk.request(request_id, actor)).answered(RequestState.REFUSED)
    await tx.desk.save_request(request)
    await _trace(tx, "structure request refused", request.id, actor, now, reason=reason)
    tx.emit(StructureRegistrationRefused(occurred_at=now, request=of_request(request), reason=reason))
    return request


async def report_change(tx: Transaction, actor: Actor, structure_id: UUID, text: str, *, now: datetime) -> ChangeReport:
    """A referent says that something about the structure has changed."""
    structure = (await tx.structures.for_referent(structure_id, actor)).told_of_a_change()
    await tx.structures.save(structure)
    report = ChangeReport(uuid4(), 1, structure_id, actor.account_id, text, now)
    await tx.desk.add_report(report)
    await _trace(tx, "structure change reported", report.id, actor, now, structure=str(structure_id))
    tx.emit(
        StructureChangeReported(
            occurred_at=now,
            structure=of_structure(structure),
            report_id=report.id,
            reported_by=actor.account_id,
            text=text,
        )
    )
    return report


async def close_report(tx: Transaction, actor: Actor, report_id: UUID, *, now: datetime) -> ChangeReport:
    """The desk has dealt with a report; raises AlreadyAnswered."""
    report = (await tx.desk.report(report_id, actor)).closed()
    await tx.desk.save_report(report)
    await _trace(tx, "change report closed", report.id, actor, now)
    return report


async def _trace(tx: Transaction, act: str, subject_id: UUID, actor: Actor, now: datetime, **facts: Any) -> None:  # noqa: ANN401 - as in Trace
    await tx.trace.add(act, subject_id, at=now, who=actor.account_id, acting_as=actor.acting_as, **facts)
