"""How many sessions of a list there are, and how many for each choice of a filter: one statement."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Integer,
    String,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.paris import PARIS
from services.catalogue.storage.access import Actor, Role
from services.catalogue.storage.records import FacetCount, SessionCounts
from services.catalogue.storage.session_filter import FACETS, HELD, SessionFilter, condition, listed
from services.catalogue.storage.session_words import SessionWords, is_of_words
from services.catalogue.storage.tables import axes, occupancy, sessions, trainings

MOST_COUNTED: Final = 1_000
"""More sessions than that are not counted, so that a list does not become slower the more past sessions there are."""
MOST_WITH_WORDS: Final = 100
"""The same for sessions with some words, because each session has to be looked at."""

_TOTAL: Final = "total"
_READ: Final = "read"


class SessionFacets:
    """Counts the sessions that the acting person may see."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def counts(self, wanted: SessionFilter, actor: Actor, *, newest_first: bool = False) -> SessionCounts:
        """Count the sessions of a list. Each facet leaves its own filter out, so that people can choose anew."""
        values = {**wanted.given(), "actors": [actor.account_id]}
        filters, stopped = frozenset(wanted.given()), False
        most = MOST_WITH_WORDS if wanted.words else MOST_COUNTED
        if wanted.words:
            found = await SessionWords(self._connection).first(
                actor.role, values, filters.difference(FACETS), most=most + 1, newest_first=newest_first
            )
            values, stopped = {**values, "ids": found.ids}, found.stopped_after is not None
        statement = _counts(actor.role, filters, newest_first=newest_first)
        facets: dict[str, list[FacetCount]] = defaultdict(list)
        for row in await self._connection.execute(statement, {**values, "most": most + 1}):
            facets[row.facet].append(FacetCount(value=row.value, name=row.name, count=row.number))
        [total], [read] = facets.pop(_TOTAL), facets.pop(_READ)
        return SessionCounts(total=total.count, is_exact=read.count <= most and not stopped, facets=facets)


@lru_cache(maxsize=500)  # filters can be combined in many ways
def _counts(role: Role, filters: frozenset[str], *, newest_first: bool) -> Any:  # noqa: ANN401 - a compound of statements
    chosen = [name for name in FACETS if name in filters]
    if any(map(is_of_words, filters)):
        conditions = [sessions.c.id == any_(bindparam("ids", type_=ARRAY(Uuid)))]
    else:
        conditions = listed(role, filters.difference(FACETS))
    candidates = (
        select(
            trainings.c.axis_id,
            sessions.c.town,
            func.date_trunc("month", func.timezone(PARIS.key, sessions.c.starts_at)).label("month"),
            trainings.c.kind,
            trainings.c.members_only,
            (sessions.c.capacity > HELD).label("free"),
            *(condition(name).label(f"with_{name}") for name in chosen),
        )
        .join_from(sessions, trainings)
        .outerjoin(occupancy, occupancy.c.session_id == sessions.c.id)
        .where(*conditions)
        .order_by(sessions.c.starts_at.desc() if newest_first else sessions.c.starts_at)
        .limit(bindparam("most", type_=Integer))
        .subquery("candidates")
    )
    # each facet adds up these few rows: that takes less than to read all sessions once for each facet
    alike = select(candidates, func.count().label("number")).group_by(*candidates.c).cte("alike")
    number = cast(func.sum(alike.c.number), Integer)

    def but(own: str | None) -> Any:  # noqa: ANN401 - a condition
        return and_(true(), *(alike.c[f"with_{name}"] for name in chosen if name != own))

    def count(facet: str, value: Any, name: Any, own: str | None = None) -> Any:  # noqa: ANN401 - columns
        return (
            select(
                literal(facet, String).label("facet"),
                cast(value, Text).label("value"),
                cast(name, Text).label("name"),
                number.label("number"),
            )
            .where(but(own))
            .group_by(value, name)
        )

    none = literal("", Text)
    # of several spellings, the one with capitals
    town = func.min(alike.c.town.collate("C"))
    towns = (
        select(literal("town", String), cast(town, Text), cast(town, Text), number)
        .where(but("town"), alike.c.town != "")
        .group_by(func.plain(alike.c.town))
    )
    month = func.to_char(alike.c.month, "YYYY-MM")
    return union_all(
        count("axis", axes.c.id, axes.c.name, own="axis_id").join(axes, axes.c.id == alike.c.axis_id),
        towns,
        count("month", month, month),
        count("kind", alike.c.kind, alike.c.kind, own="kind"),
        count("members_only", alike.c.members_only, alike.c.members_only, own="members_only"),
        count("free", alike.c.free, alike.c.free, own="free"),
        select(literal(_TOTAL), none, none, func.coalesce(number, 0)).where(but(None)),
        select(literal(_READ), none, none, func.coalesce(number, 0)).select_from(alike),
    ).order_by("facet", "name")
