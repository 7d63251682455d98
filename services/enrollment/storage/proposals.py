"""Store and list proposals. Loading is the access check."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Row,
    Select,
    Uuid,
    any_,
    bindparam,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.domain.proposal import Kind, Proposal, State
from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import word
from services.enrollment.storage.details import (
    PersonName,
    StructureName,
    person_of,
    structure_of,
)
from services.enrollment.storage.session_names import SessionName
from services.enrollment.storage.tables import accounts, proposals, sessions, structures
from shared.errors import NotFound
from shared.records import field_names, from_attributes

Scope = Literal["mine", "structure", "all"]
Key = tuple[datetime, UUID]

_COLUMNS: Final = tuple(proposals.c[name] for name in field_names(Proposal))
_ADD: Final = (
    insert(proposals)
    .values({column.name: bindparam(column.name) for column in proposals.c})
    .on_conflict_do_nothing()
    .returning(proposals.c.id)
)
_CHANGES: Final = ("version", "state", "enrollment_id", "answered_at", "answer_reason")
_SAVE: Final = (
    update(proposals)
    .where(proposals.c.id == bindparam("id_", type_=Uuid()))
    .values({name: bindparam(name) for name in _CHANGES})
)
_overdue = (
    select(proposals.c.id)
    .where(proposals.c.state == word("open"), proposals.c.expires_at <= bindparam("now", type_=DateTime(timezone=True)))
    .with_for_update(skip_locked=True)
)
_EXPIRE: Final = (
    update(proposals)
    .where(proposals.c.id.in_(_overdue))
    .values(state=State.EXPIRED.value, version=proposals.c.version + 1, answered_at=proposals.c.expires_at)
)
_FOLLOW: Final = (
    update(proposals)
    .where(
        proposals.c.account_id == bindparam("account"),
        proposals.c.structure_id == bindparam("structure"),
        proposals.c.state == word("open"),
    )
    .values(structure_id=bindparam("into"))
)
_proposer, _from = accounts.alias("proposer"), sessions.alias("from_session")
_DETAILS: Final[Select[Any]] = (
    select(
        *_COLUMNS,
        *accounts.c["first_name", "last_name"],
        structures.c.name.label("structure_name"),
        *sessions.c["title", "place", "starts_at", "ends_at"],
        _proposer.c.first_name.label("proposer_first_name"),
        _proposer.c.last_name.label("proposer_last_name"),
        *(_from.c[name].label(f"from_{name}") for name in ("title", "place", "starts_at", "ends_at")),
    )
    .select_from(proposals)
    .join(sessions, sessions.c.id == proposals.c.session_id)
    .outerjoin(_from, _from.c.id == proposals.c.from_session_id)
    .outerjoin(accounts, accounts.c.id == proposals.c.account_id)
    .outerjoin(_proposer, _proposer.c.id == proposals.c.proposed_by)
    .outerjoin(structures, structures.c.id == proposals.c.structure_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDetails:
    """A proposal with the names of people, structure and sessions."""

    proposal: Proposal
    person: PersonName
    structure: StructureName
    session: SessionName
    from_session: SessionName | None
    proposed_by: PersonName


class Proposals:
    """The proposals to people."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, proposal: Proposal) -> bool:
        """Store a new proposal. Return False if an open one for the person and the training is there."""
        return await self._connection.scalar(_ADD, _values(proposal)) is not None

    async def save(self, proposal: Proposal) -> None:
        """Store the answer."""
        values = _values(proposal)
        await self._connection.execute(_SAVE, {"id_": proposal.id, **{name: values[name] for name in _CHANGES}})

    async def expire(self, now: datetime) -> None:
        """Mark the proposals that nobody has answered in time, but for those that are being answered now."""
        await self._connection.execute(_EXPIRE, {"now": now})

    async def follow(self, *, account_id: UUID, structure_id: UUID, into: UUID) -> None:
        """Move the open proposals to a person to the structure that this one was merged into."""
        values = {"account": account_id, "structure": structure_id, "into": into}
        await self._connection.execute(_FOLLOW, values)

    async def to_answer(self, proposal_id: UUID, account_id: UUID) -> Proposal:
        """Lock and load a proposal to the person. Raises NotFound."""
        statement = select(*_COLUMNS).where(proposals.c.id == proposal_id, proposals.c.account_id == account_id)
        row = (await self._connection.execute(statement.with_for_update())).one_or_none()
        if row is None:
            raise NotFound
        return _proposal_of(row)

    async def one(self, proposal_id: UUID, actor: Actor) -> ProposalDetails:
        """Load a proposal. Raises NotFound if the person may not see it."""
        statement = _DETAILS.where(proposals.c.id == proposal_id, _may_see(actor, "all"))
        row = (await self._connection.execute(statement)).one_or_none()
        if row is None:
            raise NotFound
        return _details_of(row)

    async def page(
        self,
        actor: Actor,
        scope: Scope,
        state: State | None,
        *,
        session_id: UUID | None,
        after: Key | None,
        limit: int,
    ) -> list[ProposalDetails]:
        """Proposals, newest first. A page has `limit` + 1 rows if there are more."""
        statement = _DETAILS.where(_may_see(actor, scope))
        if state is not None:
            statement = statement.where(proposals.c.state == state.value)
        if session_id is not None:
            statement = statement.where(proposals.c.session_id == session_id)
        if after is not None:
            statement = statement.where(tuple_(proposals.c.proposed_at, proposals.c.id) < tuple_(*map(literal, after)))
        statement = statement.order_by(proposals.c.proposed_at.desc(), proposals.c.id.desc()).limit(limit + 1)
        return [_details_of(row) for row in await self._connection.execute(statement)]


def _may_see(actor: Actor, scope: Scope) -> ColumnElement[bool]:
    """`mine`: proposals to the person; `structure`: those of structures of which the person is an employer.

    `all`: both, and those that the person made. Staff see all.
    """
    mine = proposals.c.account_id == actor.account_id
    if scope == "mine":
        return mine
    if actor.is_staff:
        return true()
    of_structures = proposals.c.structure_id == any_(literal(sorted(actor.employer_of), ARRAY(Uuid())))
    if scope == "structure":
        return of_structures
    return or_(mine, of_structures, proposals.c.proposed_by == actor.account_id)


def _values(proposal: Proposal) -> Mapping[str, Any]:
    values = {name: getattr(proposal, name) for name in field_names(Proposal)}
    return {**values, "kind": proposal.kind.value, "state": proposal.state.value}


def _proposal_of(row: Row[Any]) -> Proposal:
    return from_attributes(Proposal, row, kind=Kind(row.kind), state=State(row.state))


def _details_of(row: Row[Any]) -> ProposalDetails:
    from_session = row.from_session_id and SessionName(
        id=row.from_session_id,
        title=row.from_title,
        place=row.from_place,
        starts_at=row.from_starts_at,
        ends_at=row.from_ends_at,
    )
    return ProposalDetails(
        proposal=_proposal_of(row),
        person=person_of(row),
        structure=structure_of(row),
        session=SessionName(
            id=row.session_id, title=row.title, place=row.place, starts_at=row.starts_at, ends_at=row.ends_at
        ),
        from_session=from_session,
        proposed_by=PersonName(
            id=row.proposed_by, first_name=row.proposer_first_name or "", last_name=row.proposer_last_name or ""
        ),
    )
