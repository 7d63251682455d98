"""The answers about sessions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import Field

from services.catalogue.api.words import Kind, KindLabel, RequestState, SessionState
from services.catalogue.domain.paris import month_in_words
from services.catalogue.domain.slots import WantedSlot
from services.catalogue.domain.training import KIND_LABELS
from services.catalogue.domain.training import Kind as TrainingKind
from services.catalogue.storage.records import FacetCount, SessionCounts
from shared.http.pagination import Page
from shared.http.views import View


class AxisName(View):
    """The axis of a training."""

    id: UUID = Field(examples=["3f0c9a52-6c1e-4b7b-9a53-5a1f6a3c1d11"])
    name: str = Field(examples=["Accompagner les publics"])


class TrainingOf(View):
    """The training of a session."""

    id: UUID = Field(examples=["0c0a2a86-3f2f-4f4b-8a1e-6f2d1e9b7c21"])
    title: str = Field(examples=["Conduire un entretien d'accueil"])
    axis: AxisName
    kind: Kind
    kind_label: KindLabel
    members_only: bool = Field(examples=[False])
    archived: bool = Field(examples=[False], description="No longer offered; requests for it stay valid")


class SlotView(View):
    """One block of presence."""

    id: UUID = Field(examples=["b3c1f6de-6b0a-4e55-9c55-2f7e9d3a4b10"])
    starts_at: datetime = Field(examples=["2027-03-02T08:00:00Z"])
    ends_at: datetime = Field(examples=["2027-03-02T11:30:00Z"])


class PersonView(View):
    """A trainer, or who did something."""

    id: UUID = Field(examples=["7d0f3a64-2b1c-4f0e-8a6d-0c9e5b1f2a33"])
    first_name: str = Field(examples=["Nadia"])
    last_name: str = Field(examples=["Roux"])


class Occupancy(View):
    """How full a session is, a moment ago. `free` is never negative, even if `held` exceeds a lowered capacity."""

    held: int = Field(examples=[9])
    queued: int = Field(examples=[0])
    free: int = Field(examples=[3])


class RequestsView(View):
    """Whether people can ask for a seat now: a word for programs, its French name, and a French sentence.

    `upcoming`: not yet. `full`: requests are accepted, and queue. `over`: the last slot has ended.
    """

    state: RequestState = Field(examples=["open"])
    label: str = Field(examples=["Ouvert"])
    sentence: str = Field(examples=["Ouvert, 3 places"])


class CancellationView(View):
    """When the session was cancelled, and why: visitors, who are not signed in, get null for the reason."""

    at: datetime = Field(examples=["2027-02-24T09:00:00Z"])
    reason: str | None = Field(examples=["Le formateur est indisponible."])


class SessionView(View):
    """A session: one occurrence of a training, with all its slots in order.

    `place` is the one line that mails show. `link`, of a session at a distance, is null for visitors.
    """

    id: UUID = Field(examples=["5f1d7c1e-0b52-4a29-8d0f-3a1e4c6b9d72"])
    version: int = Field(examples=[1])
    training: TrainingOf
    capacity: int = Field(examples=[12])
    place: str = Field(examples=["12 rue des Lilas, Limoges"])
    town: str | None = Field(examples=["Limoges"])
    address: str | None = Field(examples=["12 rue des Lilas, 87000 Limoges"])
    access: str | None = Field(examples=["Plain-pied, place de stationnement réservée devant l'entrée."])
    distance: bool = Field(examples=[False])
    link: str | None = Field(examples=["https://visio.example/salle-12"])
    opens_at: datetime = Field(examples=["2026-12-01T07:00:00Z"])
    closes_at: datetime = Field(examples=["2027-02-20T17:00:00Z"])
    starts_at: datetime = Field(examples=["2027-03-02T08:00:00Z"])
    ends_at: datetime = Field(examples=["2027-03-02T11:30:00Z"])
    duration_hours: float = Field(examples=[3.5])
    slots: list[SlotView]
    trainers: list[PersonView]
    state: SessionState = Field(examples=["scheduled"])
    cancelled: CancellationView | None
    occupancy: Occupancy
    requests: RequestsView


class FacetView(View):
    """One choice of a filter: the value to send, its French label, and how many sessions it would leave."""

    value: str = Field(examples=["Limoges"])
    label: str = Field(examples=["Limoges"])
    count: int = Field(examples=[4])


class FacetsView(View):
    """The choices of each filter. Each counts with all other filters of the list, and without its own."""

    axis: list[FacetView]
    town: list[FacetView]
    month: list[FacetView]
    kind: list[FacetView]
    members_only: list[FacetView]
    free: list[FacetView]

    @classmethod
    def of(cls, facets: Mapping[str, Sequence[FacetCount]]) -> Self:
        """Label the counts in French."""
        return cls.model_validate(
            {
                name: [
                    FacetView(value=each.value, label=_label(name, each), count=each.count)
                    for each in facets.get(name, ())
                ]
                for name in cls.model_fields
            }
        )


_YES_OR_NO = {
    ("members_only", "true"): "Réservées aux adhérents",
    ("members_only", "false"): "Ouvertes à toutes les structures",
    ("free", "true"): "Avec des places",
    ("free", "false"): "Complètes",
}


def _label(facet: str, each: FacetCount) -> str:
    if facet == "month":
        return month_in_words(date.fromisoformat(f"{each.value}-01"))
    if facet == "kind":
        return KIND_LABELS[TrainingKind(each.value)]
    return _YES_OR_NO.get((facet, each.value), each.name)


class SessionPage(Page[SessionView]):
    """Some sessions. With `facets=true` also their number, and the number for each choice of a filter.

    To count means to read many sessions for a page of twenty: only a reader who shows the number asks for it.
    `total_is_exact` is false if there are too many to count: then there are at least so many. They are counted up to
    1,000, with words in `q` up to 100.
    """

    total: int | None = Field(None, examples=[24])
    total_is_exact: bool | None = Field(None, examples=[True])
    facets: FacetsView | None = None

    def with_counts(self, counts: SessionCounts) -> Self:
        """The page with the numbers of all its list."""
        facets = FacetsView.of(counts.facets)
        return self.model_copy(update={"total": counts.total, "total_is_exact": counts.is_exact, "facets": facets})


class PlannedSlot(View):
    """A slot that would be made, in UTC."""

    starts_at: datetime = Field(examples=["2027-03-02T08:00:00Z"])
    ends_at: datetime = Field(examples=["2027-03-02T11:30:00Z"])


class PlannedSlots(View):
    """The slots of a pattern, to be sent with a new session, and their duration."""

    slots: list[PlannedSlot]
    duration_hours: float = Field(examples=[21.0])

    @classmethod
    def of(cls, slots: Sequence[WantedSlot]) -> Self:
        seconds = sum((slot.ends_at - slot.starts_at).total_seconds() for slot in slots)
        return cls(slots=[PlannedSlot.model_validate(slot) for slot in slots], duration_hours=seconds / 3600)
