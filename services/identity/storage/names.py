"""Names beside ids: who did something, as it is shown to those who may know it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row
from sqlalchemy.sql.selectable import NamedFromClause

from services.identity.storage.tables import accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person as the author of something."""

    id: UUID
    first_name: str
    last_name: str


def author(role: str) -> NamedFromClause:
    """The table of accounts, to be joined for the people of one role."""
    return accounts.alias(role)


def columns_of(people: NamedFromClause) -> tuple[ColumnElement[Any], ...]:
    """What `name_in` reads."""
    return tuple(people.c[column].label(f"{people.name}_{column}") for column in ("id", "first_name", "last_name"))


def name_in(row: Row[*tuple[Any, ...]], people: NamedFromClause) -> PersonName:
    """The person of a role in a row of an inner join."""
    values = row._mapping  # noqa: SLF001 - the public mapping of a row, despite its name
    return PersonName(
        id=values[f"{people.name}_id"],
        first_name=values[f"{people.name}_first_name"],
        last_name=values[f"{people.name}_last_name"],
    )


def name_or_none(row: Row[*tuple[Any, ...]], people: NamedFromClause) -> PersonName | None:
    """The same for a row of an outer join."""
    is_there = row._mapping[f"{people.name}_id"] is not None  # noqa: SLF001 - as above
    return name_in(row, people) if is_there else None
