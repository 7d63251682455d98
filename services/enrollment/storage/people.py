"""Read from the copies who a person is and which rights the person has in a structure."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, any_, bindparam, exists, func, literal, select, text
from sqlalchemy import Text as TextType
from sqlalchemy import Uuid as UuidType
from sqlalchemy.dialects.postgresql import ARRAY, array, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.enrollment.storage.access import Actor
from services.enrollment.storage.conditions import word
from services.enrollment.storage.plans import GENERIC_PLANS
from services.enrollment.storage.tables import accounts, attachments, structures
from shared.compiled import compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class BeneficiaryStanding:
    """A beneficiary of a structure: names, whether the structure is a member, who decides in it.

    `is_employer`: the person is an employer of the structure too. `has_other_employer`: it has another one.
    """

    first_name: str
    last_name: str
    structure_name: str
    is_member: bool
    is_employer: bool
    has_other_employer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStanding:
    """The last attachment of a person to a structure. `beneficiary` is None unless they are beneficiary of it now."""

    structure_id: UUID | None
    structure_name: str
    state: str | None
    beneficiary: BeneficiaryStanding | None


def _has(status: str) -> ColumnElement[bool]:
    return word(status) == any_(attachments.c.statuses)


def _structures_with(status: str) -> ColumnElement[list[UUID]]:
    ids = func.array_agg(attachments.c.structure_id, type_=ARRAY(UuidType)).filter(_has(status))
    return func.coalesce(ids, array([], type_=UuidType))


_STRUCTURE: Final = bindparam("structure", type_=UuidType)
_ACCOUNT: Final = bindparam("account", type_=UuidType)
_ACTIVE: Final = attachments.c.state == word("active")
_ACTOR: Final = compiled(
    select(
        accounts.c.is_staff,
        _structures_with("employer").label("employer_of"),
        _structures_with("beneficiary").label("beneficiary_of"),
        _structures_with("referent").label("referent_of"),
    )
    .select_from(accounts.outerjoin(attachments, (attachments.c.account_id == accounts.c.id) & _ACTIVE))
    .where(accounts.c.id == bindparam("account", type_=UuidType), ~accounts.c.disabled, ~accounts.c.erased)
    .group_by(accounts.c.id)
)


def other_employer(
    *, structure: ColumnElement[UUID] = _STRUCTURE, account: ColumnElement[UUID] = _ACCOUNT
) -> ColumnElement[bool]:
    """Whether the structure has an employer other than the account; one whose account has no copy here yet counts."""
    other, person = attachments.alias("other"), accounts.alias("other_person")
    return exists(
        select(literal(1))
        .select_from(other.outerjoin(person, person.c.id == other.c.account_id))
        .where(
            other.c.structure_id == structure,
            other.c.state == word("active"),
            word("employer") == any_(other.c.statuses),
            other.c.account_id != account,
            ~func.coalesce(person.c.disabled | person.c.erased, False),
        )
    )


_HAS_OTHER_EMPLOYER: Final = compiled(select(other_employer().label("exists")))
_IS_UNCONFIRMED: Final = compiled(
    select(
        exists(
            select(literal(1)).where(
                attachments.c.account_id == bindparam("account", type_=UuidType),
                attachments.c.structure_id == bindparam("structure", type_=UuidType),
                _ACTIVE,
                attachments.c.unconfirmed,
            )
        ).label("exists")
    )
)
_standing = (
    select(
        accounts.c.first_name,
        accounts.c.last_name,
        func.coalesce(structures.c.name, "").label("structure_name"),
        func.coalesce(structures.c.is_member, False).label("is_member"),
        _has("employer").label("is_employer"),
        other_employer().label("has_other_employer"),
    )
    .select_from(
        accounts.join(attachments, attachments.c.account_id == accounts.c.id).outerjoin(
            structures, structures.c.id == attachments.c.structure_id
        )
    )
    .where(
        accounts.c.id == bindparam("account", type_=UuidType),
        ~accounts.c.disabled,
        ~accounts.c.erased,
        attachments.c.structure_id == bindparam("structure", type_=UuidType),
        _ACTIVE,
        _has("beneficiary"),
    )
)
_STANDING: Final = compiled(_standing)
_LOCKED_STANDING: Final = compiled(
    _standing.add_columns(GENERIC_PLANS)
    .with_for_update(of=accounts)
    # text, because SQLAlchemy writes only one lock clause for a statement, and this one needs two
    .suffix_with(text("FOR SHARE OF attachments"))
)
_rank: Final = func.array_position(
    array(["active", "requested", "refused", "ended"], type_=TextType), attachments.c.state
)
_STANDINGS: Final = compiled(
    select(
        attachments.c.structure_id,
        attachments.c.state,
        accounts.c.first_name,
        accounts.c.last_name,
        func.coalesce(structures.c.name, "").label("structure_name"),
        func.coalesce(structures.c.is_member, False).label("is_member"),
        _has("beneficiary").label("is_beneficiary"),
        _has("employer").label("is_employer"),
        other_employer(structure=attachments.c.structure_id).label("has_other_employer"),
    )
    .ext(distinct_on(attachments.c.structure_id))
    .select_from(
        accounts.join(attachments, attachments.c.account_id == accounts.c.id).outerjoin(
            structures, structures.c.id == attachments.c.structure_id
        )
    )
    .where(accounts.c.id == bindparam("account", type_=UuidType))
    .order_by(attachments.c.structure_id, _rank, attachments.c.id)
)
"""The best attachment of a person to each structure."""
_NAME_OF_STRUCTURE: Final = select(structures.c.name).where(structures.c.id == bindparam("structure"))
_IS_ATTACHED: Final = select(
    exists(
        select(literal(1)).where(
            attachments.c.account_id == bindparam("account"),
            attachments.c.structure_id == bindparam("structure"),
            _ACTIVE,
        )
    )
)


class People:
    """The people of the copies, with their rights."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def actor(self, account_id: UUID) -> Actor | None:
        """The person with their rights. None if the account has no copy here, or is disabled or erased."""
        row = await _ACTOR.first(self._connection, {"account": account_id})
        if row is None:
            return None
        return Actor(
            account_id=account_id,
            is_staff=row.is_staff,
            employer_of=frozenset(row.employer_of),
            beneficiary_of=frozenset(row.beneficiary_of),
            referent_of=frozenset(row.referent_of),
        )

    async def has_other_employer(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether the structure has an employer other than this person."""
        values = {"structure": structure_id, "account": account_id}
        return bool(await _HAS_OTHER_EMPLOYER.scalar(self._connection, values))

    async def is_unconfirmed(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether the person is the first user of the structure, and nobody has confirmed this person."""
        values = {"structure": structure_id, "account": account_id}
        return bool(await _IS_UNCONFIRMED.scalar(self._connection, values))

    async def standing(self, *, account_id: UUID, structure_id: UUID, lock: bool = False) -> BeneficiaryStanding | None:
        """The person as beneficiary of the structure. None if the person has no active attachment as beneficiary.

        The lock on the account makes validations of one person's carts run one after the other, because the yearly
        quota counts the requests that are stored. The lock on the attachment makes the handler of its end wait, so
        that it finds the new requests. PostgreSQL checks the conditions again on the rows that it has locked, so a
        status that was taken away while a lock was waited for counts no more.
        """
        statement = _LOCKED_STANDING if lock else _STANDING
        row = await statement.first(self._connection, {"account": account_id, "structure": structure_id})
        if row is None:
            return None
        return BeneficiaryStanding(
            first_name=row.first_name,
            last_name=row.last_name,
            structure_name=row.structure_name,
            is_member=row.is_member,
            is_employer=row.is_employer,
            has_other_employer=row.has_other_employer,
        )

    async def standings(self, account_id: UUID) -> list[PersonStanding]:
        """The person's attachments, one for each structure: an active one rather than an ended one."""
        return [
            PersonStanding(
                structure_id=row.structure_id,
                structure_name=row.structure_name,
                state=row.state,
                beneficiary=BeneficiaryStanding(
                    first_name=row.first_name,
                    last_name=row.last_name,
                    structure_name=row.structure_name,
                    is_member=row.is_member,
                    is_employer=row.is_employer,
                    has_other_employer=row.has_other_employer,
                )
                if row.state == "active" and row.is_beneficiary
                else None,
            )
            for row in await _STANDINGS.all(self._connection, {"account": account_id})
        ]

    async def structure_name(self, structure_id: UUID) -> str | None:
        """None if the structure has no copy here."""
        name: str | None = await self._connection.scalar(_NAME_OF_STRUCTURE, {"structure": structure_id})
        return name

    async def is_attached(self, *, account_id: UUID, structure_id: UUID) -> bool:
        """Whether the person has an active attachment to the structure."""
        values = {"account": account_id, "structure": structure_id}
        return bool(await self._connection.scalar(_IS_ATTACHED, values))
