"""What identity's answers look like."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.identity.api.fields import Civility, Version
from services.identity.domain.accounts import Account
from services.identity.domain.attachments import State, Status
from services.identity.domain.structures import ChangeReport, ReportState, RequestState, Structure, StructureRequest
from services.identity.storage.attachments import Seen


class Accepted(BaseModel):
    """The answer is the same whether the address is known or not; the rest comes by mail."""

    status: Literal["accepted"] = "accepted"


class StructureBrief(BaseModel):
    """A structure inside something else."""

    id: UUID
    name: str = Field(examples=["Mission locale de Limoges"])
    siret: str = Field(examples=["73282932000074"])
    town: str = Field(examples=["Limoges"])
    is_member: bool

    @classmethod
    def of(cls, structure: Structure) -> Self:
        """Show a structure."""
        return cls(**_fields(cls, structure))


class StructureView(StructureBrief):
    """A structure."""

    version: Version


class AccountBrief(BaseModel):
    """A person inside something else."""

    id: UUID
    civility: Civility | None
    first_name: str = Field(examples=["Claire"])
    last_name: str = Field(examples=["Dupuy"])
    email: str = Field(examples=["claire.dupuy@mission-locale.example"])

    @classmethod
    def of(cls, account: Account) -> Self:
        """Show an account."""
        return cls(**_fields(cls, account))


class AccountView(AccountBrief):
    """An account, as the desk sees it. `proved`: its owner has followed a link and set a password."""

    version: Version
    is_staff: bool
    disabled: bool
    proved: bool


class OwnAttachment(BaseModel):
    """One of the person's attachments."""

    id: UUID
    version: Version
    state: State
    statuses: list[Status]
    structure: StructureBrief

    @classmethod
    def own(cls, seen: Seen) -> "OwnAttachment":
        """Show it to its person."""
        one = seen.attachment
        return OwnAttachment(
            id=one.id,
            version=one.version,
            state=one.state,
            statuses=list(one.statuses),
            structure=StructureBrief.of(seen.structure),
        )


class AttachmentView(OwnAttachment):
    """The link of one person to one structure."""

    account: AccountBrief
    asked_at: datetime

    @classmethod
    def of(cls, seen: Seen) -> "AttachmentView":
        """Show it to whoever may see it."""
        own = OwnAttachment.own(seen)
        return AttachmentView(**dict(own), account=AccountBrief.of(seen.account), asked_at=seen.asked_at)


class Me(AccountBrief):
    """Who is signed in. Refused and ended attachments are in `GET /attachments?scope=mine`."""

    version: Version
    is_staff: bool
    attachments: list[OwnAttachment]


class StructureRequestReceipt(BaseModel):
    """The number of a request for a structure."""

    id: UUID


class StructureRequestView(BaseModel):
    """A request for a structure that was not listed."""

    id: UUID
    version: Version
    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str
    state: RequestState
    asked_at: datetime

    @classmethod
    def of(cls, request: StructureRequest) -> Self:
        """Show a request."""
        return cls(**_fields(cls, request))


class ChangeReportView(BaseModel):
    """What a referent says has changed about a structure."""

    id: UUID
    version: Version
    structure_id: UUID
    reported_by: UUID
    text: str = Field(examples=["La mission locale déménage au 12 rue des Arènes à compter du 1er mars."])
    state: ReportState
    reported_at: datetime

    @classmethod
    def of(cls, report: ChangeReport) -> Self:
        """Show a report."""
        return cls(**_fields(cls, report))


class TokenView(BaseModel):
    """An access token (`Authorization: Bearer …`) and the single-use token that gets the next pair."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme, not a secret
    expires_in: int = Field(description="Secondes", examples=[600])
    refresh_token: str


def _fields(view: type[BaseModel], one: object) -> dict[str, Any]:
    return {name: getattr(one, name) for name in view.model_fields if hasattr(one, name)}
