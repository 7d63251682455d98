"""The filters of the catalogue: they are in the address, so that a choice can be shared and the back button works."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from web.client.catalogue import Facet, Facets
from web.dates import PARIS

NAMES: Final = ("q", "axis", "town", "month", "kind", "members_only", "free", "open", "past")
"""Every filter, under the name that it has in the address."""
_OF_API: Final[Mapping[str, str]] = {"axis": "axis_id"}
PATH: Final = "/formations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One choice of a filter: the address that it leads to, and whether it is chosen."""

    value: str
    label: str
    count: int
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter with its choices; `name` tells the template its heading."""

    name: str
    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is set; its address is the list without it."""

    label: str
    url: str


class Wanted:
    """The filters that are set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        """`given`: the query of the page; unknown names and empty values are left out."""
        self.values = {name: given[name].strip() for name in NAMES if given.get(name, "").strip()}

    def query(self, *, after: str | None, limit: int) -> dict[str, Any]:
        """The query of the API."""
        query = {_OF_API.get(name, name): value for name, value in self.values.items() if name != "month"}
        span = _span(self.values["month"]) if "month" in self.values else None
        if span:
            begin = span[0] if "past" in self.values else max(span[0], datetime.now(PARIS))
            query |= {"from": begin.isoformat(), "to": span[1].isoformat()}
        return {**query, "cursor": after, "limit": limit, "facets": "true"}

    def url(self, **changes: str | None) -> str:
        """The list with other filters; None removes one."""
        values = {name: value for name, value in {**self.values, **changes}.items() if value}
        return f"{PATH}?{urlencode(values)}" if values else PATH

    def filters(self, facets: Facets) -> list[Filter]:
        """Every filter that leaves a choice."""
        named: Mapping[str, list[Facet]] = {
            "axis": facets.axis,
            "month": facets.month,
            "town": facets.town,
            "kind": facets.kind,
            "free": [each for each in facets.free if each.value == "true"],
            "members_only": facets.members_only,
        }
        filters = (Filter(name=name, choices=self._choices(name, choices)) for name, choices in named.items())
        return [each for each in filters if len(each.choices) > 1 or (each.name == "free" and each.choices)]

    def chips(self, facets: Facets | None) -> list[Chip]:
        """What is chosen, in words."""
        chips = []
        for name, value in self.values.items():
            known = getattr(facets, name, ()) if facets else ()
            label = next((each.label for each in known if each.value == value), value)
            chips.append(Chip(label=f"« {value} »" if name == "q" else label, url=self.url(**{name: None})))
        return chips

    def _choices(self, name: str, facets: Sequence[Facet]) -> list[Choice]:
        chosen = self.values.get(name)
        return [
            Choice(
                value=each.value,
                label=each.label,
                count=each.count,
                url=self.url(**{name: None if each.value == chosen else each.value}),
                is_chosen=each.value == chosen,
            )
            for each in facets
        ]


def _span(month: str) -> tuple[datetime, datetime] | None:
    """The first moment of a month such as "2027-03", and of the next one."""
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=PARIS)
    except ValueError:
        return None
    days = calendar.monthrange(first.year, first.month)[1]
    return first, datetime.fromordinal(first.toordinal() + days).replace(tzinfo=PARIS)
