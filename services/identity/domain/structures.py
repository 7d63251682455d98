"""Structures, requests for new ones, and reports of changes. The functions return facts."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import Refused


class RequestState(StrEnum):
    """What became of the request for a structure."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class ReportState(StrEnum):
    """What staff did with a report."""

    OPEN = "open"
    APPLIED = "applied"
    DECLINED = "declined"


class SiretTaken(Refused):
    """Another structure has this SIRET."""

    sentence = "Une structure portant ce numéro SIRET est déjà répertoriée."


class AlreadyListed(SiretTaken):
    """Somebody asks for a structure that is listed. Everybody may know it: the list is public."""

    def __init__(self, structure: "Structure") -> None:
        super().__init__(structure.id)
        self.structure = structure

    @property
    def sentence(self) -> str:  # type: ignore[override]  # a sentence that names the structure
        name, town = self.structure.name, self.structure.town
        if self.structure.closed:
            return f"« {name} » ({town}) porte ce numéro SIRET et a été fermée : écrivez à l'agence pour la rouvrir."
        return f"« {name} » ({town}) porte déjà ce numéro SIRET : choisissez-la dans la liste des structures."


class TooManyOpenRequests(Refused):
    """Staff have not yet answered the requests of the same contact, for the same SIRET or from the same client."""

    seconds = 86_400
    sentence = (
        "Des demandes d'ajout sont déjà en attente à ce sujet : l'agence y répond par courriel. "
        "Vous pourrez en envoyer une autre ensuite."
    )


class AlreadyAnswered(Refused):
    """Staff have answered already; `state` is their answer."""

    def __init__(self, state: RequestState | ReportState) -> None:
        super().__init__(state)
        self.state = state

    @property
    def sentence(self) -> str:
        done = {"accepted": "acceptée", "refused": "refusée", "applied": "traitée", "declined": "traitée"}[self.state]
        return f"Cette demande a déjà été {done}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """An organisation whose people take trainings. `siret`: 14 digits; `is_member`: member of the agency.

    `merged_into`: the structure that goes on with the people of this one, which is closed.
    """

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    is_member: bool
    closed_at: datetime | None = None
    merged_into: UUID | None = None

    @property
    def closed(self) -> bool:
        """Whether the structure takes no people any more."""
        return self.closed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureRequest:
    """Somebody did not find a structure and asks the agency to add it.

    `client`: where it was sent from, as long as it is open.
    """

    id: UUID
    version: int
    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str
    asked_at: datetime
    state: RequestState = RequestState.OPEN
    client: str | None = None
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    answer: str | None = None
    structure_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequests:
    """How many requests are open that resemble a new one."""

    of_contact: int
    of_siret: int
    of_client: int


MOST_OPEN: Final = OpenRequests(of_contact=3, of_siret=2, of_client=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReport:
    """A change of a structure that its referent describes in words, and that staff then make."""

    id: UUID
    version: int
    structure_id: UUID
    reported_by: UUID
    text: str
    reported_at: datetime
    state: ReportState = ReportState.OPEN
    answered_at: datetime | None = None
    answered_by: UUID | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class StructureRegistered:
    """Staff added a structure that nobody had asked for."""

    structure: Structure


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureUpdated:
    """Staff changed a structure."""

    structure: Structure
    before: Structure


@dataclass(frozen=True, slots=True)
class StructureRequested:
    """A visitor asked for a structure."""

    request: StructureRequest


@dataclass(frozen=True, slots=True)
class StructureRequestAccepted:
    """Staff added the structure that was asked for."""

    request: StructureRequest
    structure: Structure


@dataclass(frozen=True, slots=True)
class StructureRequestRefused:
    """Staff do not add the structure that was asked for. `silent`: the contact gets no mail, as for a duplicate."""

    request: StructureRequest
    reason: str
    silent: bool = False


@dataclass(frozen=True, slots=True)
class StructureChangeReported:
    """A referent reported a change. Only the version of the structure is new."""

    structure: Structure
    report: ChangeReport


@dataclass(frozen=True, slots=True)
class ChangeReportClosed:
    """Staff have dealt with a report."""

    report: ChangeReport


StructureFact = StructureRegistered | StructureUpdated
DeskFact = (
    StructureRequested
    | StructureRequestAccepted
    | StructureRequestRefused
    | StructureChangeReported
    | ChangeReportClosed
)


def update(
    structure: Structure,
    *,
    name: str | None = None,
    siret: str | None = None,
    town: str | None = None,
    is_member: bool | None = None,
) -> StructureUpdated:
    """Replace what is given; None leaves a field as it is."""
    updated = replace(
        structure,
        version=structure.version + 1,
        name=structure.name if name is None else name,
        siret=structure.siret if siret is None else siret,
        town=structure.town if town is None else town,
        is_member=structure.is_member if is_member is None else is_member,
    )
    return StructureUpdated(before=structure, structure=updated)


def ask(request: StructureRequest, already_open: OpenRequests) -> StructureRequested:
    """Raises TooManyOpenRequests."""
    if (
        already_open.of_contact >= MOST_OPEN.of_contact
        or already_open.of_siret >= MOST_OPEN.of_siret
        or already_open.of_client >= MOST_OPEN.of_client
    ):
        raise TooManyOpenRequests
    return StructureRequested(request)


def accept(
    request: StructureRequest, structure_id: UUID, *, is_member: bool, by: UUID, at: datetime
) -> StructureRequestAccepted:
    """Raises AlreadyAnswered."""
    accepted = replace(_answered(request, RequestState.ACCEPTED, by=by, at=at), structure_id=structure_id)
    structure = Structure(
        id=structure_id,
        version=1,
        name=request.name,
        siret=request.siret,
        town=request.town,
        is_member=is_member,
    )
    return StructureRequestAccepted(accepted, structure)


def refuse(
    request: StructureRequest, *, reason: str, by: UUID, at: datetime, silent: bool = False
) -> StructureRequestRefused:
    """Raises AlreadyAnswered."""
    refused = replace(_answered(request, RequestState.REFUSED, by=by, at=at), answer=reason)
    return StructureRequestRefused(refused, reason, silent=silent)


def report_change(
    structure: Structure, report_id: UUID, *, by: UUID, text: str, at: datetime
) -> StructureChangeReported:
    """The structure gets a new version, so that listeners that keep the newest one do not drop a second report."""
    report = ChangeReport(id=report_id, version=1, structure_id=structure.id, reported_by=by, text=text, reported_at=at)
    return StructureChangeReported(replace(structure, version=structure.version + 1), report)


def close(report: ChangeReport, *, applied: bool, answer: str | None, by: UUID, at: datetime) -> ChangeReportClosed:
    """Raises AlreadyAnswered."""
    if report.state is not ReportState.OPEN:
        raise AlreadyAnswered(report.state)
    closed = replace(
        report,
        version=report.version + 1,
        state=ReportState.APPLIED if applied else ReportState.DECLINED,
        answered_at=at,
        answered_by=by,
        answer=answer,
    )
    return ChangeReportClosed(closed)


def _answered(request: StructureRequest, state: RequestState, *, by: UUID, at: datetime) -> StructureRequest:
    if request.state is not RequestState.OPEN:
        raise AlreadyAnswered(request.state)
    return replace(request, version=request.version + 1, state=state, client=None, answered_at=at, answered_by=by)
