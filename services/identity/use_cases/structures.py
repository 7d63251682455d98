"""Structures, as staff keep them; requests for new ones and reports of changes, as staff answer them."""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain import structures as domain
from services.identity.domain.budgets import Client, of_structure_request
from services.identity.domain.structures import (
    ChangeReport,
    Structure,
    StructureRegistered,
    StructureRequest,
)
from services.identity.storage.access import Actor
from services.identity.storage.history import VISITOR, staff_or
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.record import record_desk, record_structure
from shared.errors import check_version


async def add_structure(
    tx: Transaction, actor: Actor, *, name: str, siret: str, town: str, is_member: bool, now: datetime
) -> Structure:
    """Raises SiretTaken."""
    actor.must_be_staff()
    structure = Structure(id=uuid4(), version=1, name=name, siret=siret, town=town, is_member=is_member)
    return await record_structure(tx, StructureRegistered(structure), author=staff_or("person", actor), now=now)


async def change_structure(
    tx: Transaction,
    actor: Actor,
    structure_id: UUID,
    *,
    name: str | None,
    siret: str | None,
    town: str | None,
    is_member: bool | None,
    expected: int,
    now: datetime,
) -> Structure:
    """None leaves a field as it is. Raises SiretTaken."""
    structure = await tx.structures.for_staff(structure_id, actor)
    check_version(expected, structure.version)
    fact = domain.update(structure, name=name, siret=siret, town=town, is_member=is_member)
    return await record_structure(tx, fact, author=staff_or("person", actor), now=now)


async def request_structure(
    tx: Transaction,
    *,
    name: str,
    siret: str,
    town: str,
    contact_name: str,
    contact_email: str,
    client: Client,
    now: datetime,
) -> StructureRequest:
    """A visitor does not find a structure and asks staff to add it. Raises TooSoon or TooManyOpenRequests."""
    await tx.budgets.charge(of_structure_request(client))
    request = StructureRequest(
        id=uuid4(),
        version=1,
        name=name,
        siret=siret,
        town=town,
        contact_name=contact_name,
        contact_email=contact_email,
        asked_at=now,
        client=client.address,
    )
    fact = domain.ask(request, await tx.desk.open_like(request))
    await record_desk(tx, fact, author=VISITOR, now=now)
    return request


async def accept_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, is_member: bool, now: datetime
) -> Structure:
    """Add the structure that was asked for; raises AlreadyAnswered or SiretTaken."""
    request = await tx.desk.request(request_id, actor)
    fact = domain.accept(request, uuid4(), is_member=is_member)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.structure


async def refuse_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, reason: str, now: datetime
) -> StructureRequest:
    """Raises AlreadyAnswered."""
    fact = domain.refuse(await tx.desk.request(request_id, actor), reason=reason)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.request


async def report_change(tx: Transaction, actor: Actor, structure_id: UUID, text: str, *, now: datetime) -> ChangeReport:
    """A referent tells staff that something about the structure has changed."""
    structure = await tx.structures.for_referent(structure_id, actor)
    fact = domain.report_change(structure, uuid4(), by=actor.account_id, text=text, at=now)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.report


async def close_report(tx: Transaction, actor: Actor, report_id: UUID, *, now: datetime) -> ChangeReport:
    """Raises AlreadyAnswered."""
    fact = domain.close(await tx.desk.report(report_id, actor))
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.report
