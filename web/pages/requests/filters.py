"""The lists of requests, and their filters: these are in the address, so that a choice can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends
from starlette.requests import Request

from web.client.enrollment import Enrollment
from web.dates import PARIS

EVERY: Final = "toutes"
APPROVALS: Final = (
    "awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated", "refused", "declined", "expired",
    "withdrawn", "cancelled", "abandoned",
)  # fmt: skip
SEATS: Final = ("held", "queued", "none")
SORTS: Final = ("requested_at", "session_start", "decide_before")
_OF_API: Final[Mapping[str, str]] = {
    "q": "q",
    "place": "seat",
    "personne": "account_id",
    "structure": "structure_id",
    "formation": "training_id",
    "session": "session_id",
}
_DAYS: Final[Mapping[str, tuple[str, int]]] = {
    "demande_du": ("requested_from", 0),
    "demande_au": ("requested_to", 1),
    "session_du": ("session_from", 0),
    "session_au": ("session_to", 1),
}
"""The filters that are days, with the name in the API and the days to add: there, the end is the moment after."""
_CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "etat": (*APPROVALS, EVERY),
    "place": SEATS,
    "retard": ("oui", "non"),
    "tri": SORTS,
}
_IDS: Final = ("personne", "structure", "formation", "session")
NAMES: Final = ("q", *_CHOICES, *_IDS, *_DAYS)
"""Every filter, under the name that it has in the address."""
IN_FORM: Final = ("place", "retard", "tri", *_DAYS)
"""The filters that are chosen in the form below the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """A list of requests: `name` tells the template its heading, `first` is the state that it shows at first.

    `together` are the moves that can be made for many requests at once.
    """

    name: str
    path: str
    scope: str
    first: str
    together: tuple[str, ...]


EMPLOYER: Final = List(
    name="employer",
    path="/structure/demandes",
    scope="structure",
    first="awaiting_employer",
    together=("accept", "refuse"),
)
TRAINER: Final = List(
    name="trainer", path="/formateur/demandes", scope="sessions", first=EVERY, together=("validate", "decline")
)
STAFF: Final = List(
    name="staff",
    path="/agence/demandes",
    scope="all",
    first=EVERY,
    together=("accept", "refuse", "validate", "decline"),
)


async def list_of(request: Request) -> List:
    """The list to which a page belongs, by its address."""
    return next(each for each in (EMPLOYER, TRAINER, STAFF) if request.url.path.startswith(each.path))


Which = Annotated[List, Depends(list_of)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter that is set, and that no other part of the page shows; its address is the list without it."""

    label: str
    url: str


class Wanted:
    """The filters that are set. A value that no form of ours makes is left out."""

    def __init__(self, which: List, given: Mapping[str, str]) -> None:
        """`given`: the query of the page."""
        self.which = which
        stripped = {name: given.get(name, "").strip() for name in NAMES}
        self.values = {name: value for name, value in stripped.items() if value and _is_known(name, value)}

    @property
    def state(self) -> str:
        return self.values.get("etat", self.which.first)

    @property
    def waits_for_employer(self) -> bool:
        return self.state == "awaiting_employer"

    @property
    def sort(self) -> str:
        """The order that is chosen, or the one that suits the other filters."""
        if "session_du" in self.values or "session_au" in self.values:
            usual = "session_start"
        else:
            usual = "decide_before" if self.which is EMPLOYER and self.waits_for_employer else "requested_at"
        return self.values.get("tri", usual)

    @property
    def has_more(self) -> bool:
        """Whether a filter of the form below the search is set."""
        return any(name in self.values for name in IN_FORM)

    def common(self) -> dict[str, Any]:
        """The query of the API for the list and its counts: all but the state, the order and the part."""
        query: dict[str, Any] = {"scope": self.which.scope}
        query |= {api: self.values[name] for name, api in _OF_API.items() if name in self.values}
        if "retard" in self.values:
            query["late"] = "true" if self.values["retard"] == "oui" else "false"
        for name, (api, days) in _DAYS.items():
            if name in self.values:
                day = date.fromisoformat(self.values[name]) + timedelta(days=days)
                query[api] = datetime.combine(day, time(), PARIS).astimezone(UTC).isoformat()
        return query

    def query(self) -> dict[str, Any]:
        """The query of the API for the list."""
        sort = self.sort
        if sort == "decide_before" and not self.waits_for_employer:  # the API would list only those that wait
            sort = "requested_at"
        usual = sort == "requested_at"
        state = None if self.state == EVERY else self.state
        return {**self.common(), "approval": state, "sort": None if usual else sort}

    def url(self, path: str = "", /, **changes: str | None) -> str:
        """The list, or a page beside it, with other filters; None removes one."""
        values = {name: value for name, value in {**self.values, **changes}.items() if value}
        return f"{self.which.path}{path}?{urlencode(values)}" if values else f"{self.which.path}{path}"

    def chips(self, first: Enrollment | None) -> list[Chip]:
        """The filters that came with a link from another page, named after the first request of the list."""
        if first is None:
            return [Chip(label="", url=self.url(**{name: None})) for name in _IDS if name in self.values]
        labels = {
            "personne": f"{first.person.first_name} {first.person.last_name}",
            "structure": first.structure.name,
            "formation": first.session.title,
            "session": first.session.title,
        }
        return [Chip(label=labels[name], url=self.url(**{name: None})) for name in _IDS if name in self.values]


def _is_known(name: str, value: str) -> bool:
    if name in _CHOICES:
        return value in _CHOICES[name]
    try:
        if name in _IDS:
            UUID(value)
        if name in _DAYS:
            return date(1900, 1, 1) < date.fromisoformat(value) < date(2199, 1, 1)
    except ValueError:
        return False
    return True
