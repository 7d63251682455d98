"""How many sessions of a list there are, and how many for each choice of a filter: one statement."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    Integer,
    String,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue.domain.paris import PARIS
from services.catalogue.storage.access import LISTED_SESSIONS, Actor, Role
from services.catalogue.storage.records import FacetCount, SessionCounts
from services.catalogue.storage.session_filter import FACETS, HELD, SessionFilter, condition
from services.catalogue.storage.session_words import ids_with_words, is_of_words
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
        filters = wanted.given()
        most = MOST_WITH_WORDS if wanted.words else MOST_COUNTED
        values = {**filters, "actors": [actor.account_id], "most": most + 1}
        statement = _counts(actor.role, frozenset(filters), newest_first=newest_first)
        facets: dict[str, list[FacetCount]] = defaultdict(list)
        for row in await self._connection.execute(statement, values):
            facets[row.facet].append(FacetCount(value=row.value, name=row.name, count=row.number))
        [total], [read] = facets.pop(_TOTAL), facets.pop(_READ)
        return SessionCounts(total=total.count, is_exact=read.count <= most, facets=facets)


@lru_cache(maxsize=500)  # filters can be combined in many ways
def _counts(role: Role, filters: frozenset[str], *, newest_first: bool) -> Any:  # noqa: ANN401 - a compound of statements
    chosen = [name for name in FACETS if name in filters]
    words = sorted(filter(is_of_words, filters))
    conditions = [LISTED_SESSIONS[role], *(condition(name) for name in sorted(filters.difference(FACETS, words)))]
    if words:
        conditions = [sessions.c.id.in_(ids_with_words(words, conditions, newest_first=newest_first, most="most"))]
    candidates = (
        select(
            axes.c.id.label("axis_id"),
            axes.c.name.label("axis_name"),
            sessions.c.town,
            func.plain(sessions.c.town).label("plain_town"),
            func.to_char(func.timezone(PARIS.key, sessions.c.starts_at), "YYYY-MM").label("month"),
            trainings.c.kind,
            trainings.c.members_only,
            (sessions.c.capacity > HELD).label("free"),
            *(condition(name).label(f"with_{name}") for name in chosen),
        )
        .join_from(sessions, trainings)
        .join(axes)
        .outerjoin(occupancy, occupancy.c.session_id == sessions.c.id)
        .where(*conditions)
        .order_by(sessions.c.starts_at.desc() if newest_first else sessions.c.starts_at)
        .limit(bindparam("most", type_=Integer))
        .cte("candidates")
    )

    def but(own: str | None) -> Any:  # noqa: ANN401 - a condition
        return and_(true(), *(candidates.c[f"with_{name}"] for name in chosen if name != own))

    def count(facet: str, value: Any, name: Any, own: str | None = None) -> Any:  # noqa: ANN401 - columns
        return (
            select(
                literal(facet, String).label("facet"),
                cast(value, Text).label("value"),
                cast(name, Text).label("name"),
                func.count().label("number"),
            )
            .where(but(own))
            .group_by(value, name)
        )

    none = literal("", Text)
    # of several spellings, the one with capitals
    town = func.min(candidates.c.town.collate("C"))
    towns = (
        select(literal("town", String), cast(town, Text), cast(town, Text), func.count())
        .where(but("town"), candidates.c.town != "")
        .group_by(candidates.c.plain_town)
    )
    return union_all(
        count("axis", candidates.c.axis_id, candidates.c.axis_name, own="axis_id"),
        towns,
        count("month", candidates.c.month, candidates.c.month),
        count("kind", candidates.c.kind, candidates.c.kind, own="kind"),
        count("members_only", candidates.c.members_only, candidates.c.members_only, own="members_only"),
        count("free", candidates.c.free, candidates.c.free, own="free"),
        select(literal(_TOTAL), none, none, func.count()).select_from(candidates).where(but(None)),
        select(literal(_READ), none, none, func.count()).select_from(candidates),
    ).order_by("facet", "name")
