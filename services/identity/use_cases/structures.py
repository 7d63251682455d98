"""Structures, as staff keep them; requests for new ones and reports of changes, as staff answer them."""

from datetime import datetime
from uuid import UUID, uuid4

from services.identity.domain import structures as domain
from services.identity.domain.budgets import Client, of_structure_request
from services.identity.domain.structures import (
    AlreadyListed,
    ChangeReport,
    Structure,
    StructureRegistered,
    StructureRequest,
)
from services.identity.storage.access import Actor
from services.identity.storage.history import VISITOR, staff_or
from services.identity.storage.transaction import Transaction
from services.identity.use_cases.links import invite_contact
from services.identity.use_cases.record import record_desk, record_structure
from shared.errors import WrongFields, check_version


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
    """A visitor does not find a structure and asks staff to add it.

    Asking for the same again changes nothing. Raises TooSoon, AlreadyListed or TooManyOpenRequests.
    """
    await tx.budgets.charge(of_structure_request(client))
    listed = await tx.structures.with_siret(siret)
    if listed is not None:
        raise AlreadyListed(listed)
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
    already_open = await tx.desk.open_like(request)
    same = await tx.desk.same_open(request)
    if same is not None:
        return same
    fact = domain.ask(request, already_open)
    await record_desk(tx, fact, author=VISITOR, now=now)
    return request


async def accept_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, is_member: bool, now: datetime
) -> Structure:
    """Add the structure that was asked for, and invite its contact; raises AlreadyAnswered or SiretTaken."""
    request = await tx.desk.request(request_id, actor)
    fact = domain.accept(request, uuid4(), is_member=is_member, by=actor.account_id, at=now)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    await invite_contact(tx, fact, now=now)
    return fact.structure


async def refuse_request(
    tx: Transaction, actor: Actor, request_id: UUID, *, reason: str, silent: bool, now: datetime
) -> StructureRequest:
    """`silent`: the contact gets no mail. Raises AlreadyAnswered."""
    request = await tx.desk.request(request_id, actor)
    fact = domain.refuse(request, reason=reason, by=actor.account_id, at=now, silent=silent)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.request


async def report_change(tx: Transaction, actor: Actor, structure_id: UUID, text: str, *, now: datetime) -> ChangeReport:
    """A referent tells staff that something about the structure has changed."""
    structure = await tx.structures.for_referent(structure_id, actor)
    fact = domain.report_change(structure, uuid4(), by=actor.account_id, text=text, at=now)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.report


async def close_report(
    tx: Transaction, actor: Actor, report_id: UUID, *, applied: bool, answer: str | None, now: datetime
) -> ChangeReport:
    """Staff applied the change, or decline it and say why. Raises AlreadyAnswered or WrongFields."""
    report = await tx.desk.report(report_id, actor)
    if not applied and answer is None:
        raise WrongFields([("answer", "Dites à la personne référente pourquoi ce changement n'est pas retenu.")])
    fact = domain.close(report, applied=applied, answer=answer, by=actor.account_id, at=now)
    await record_desk(tx, fact, author=staff_or("person", actor), now=now)
    return fact.report
