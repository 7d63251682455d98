"""The answers of identity."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.identity.api.fields import Civility, Version
from services.identity.domain.accounts import Account
from services.identity.domain.attachment_moves import (
    State,
)
from services.identity.domain.attachments import (
    Status,
)
from services.identity.domain.joining import Invitation
from services.identity.domain.security_events import Kind
from services.identity.domain.sign_in_sessions import SignInSession
from services.identity.domain.structures import ReportState, RequestState, Structure
from services.identity.storage.attachment_pages import AttachmentDetails
from shared.http.pagination import Page
from shared.http.views import View


class Accepted(BaseModel):
    """The same answer for known and unknown addresses; the person gets a mail."""

    status: Literal["accepted"] = "accepted"


class StructureBrief(View):
    """A structure as a part of another answer."""

    id: UUID
    name: str = Field(examples=["Mission locale de Limoges"])
    siret: str = Field(examples=["73282932000074"])
    town: str = Field(examples=["Limoges"])
    is_member: bool


class StructureView(StructureBrief):
    """A structure. `closed`: nobody can belong to it any more."""

    version: Version
    closed: bool


class StructurePage(Page[StructureView]):
    """Structures. `similar`: nothing has the words of the query, so these have words that are like them."""

    similar: bool = False


class AccountBrief(View):
    """A person as a part of another answer."""

    id: UUID
    civility: Civility | None
    first_name: str = Field(examples=["Claire"])
    last_name: str = Field(examples=["Dupuy"])
    email: str = Field(examples=["claire.dupuy@mission-locale.example"])


class AccountView(AccountBrief):
    """An account, for staff. `proved`: its owner followed a link and set a password.

    `erased`: nothing is left of it but its id.
    """

    version: Version
    is_staff: bool
    disabled: bool
    proved: bool
    erased: bool


class PersonNameView(View):
    """A person as the author of something."""

    id: UUID
    first_name: str = Field(examples=["Claire"])
    last_name: str = Field(examples=["Dupuy"])


class OwnAttachment(View):
    """One of the person's own attachments."""

    id: UUID
    version: Version
    state: State
    statuses: list[Status] = Field(examples=[["beneficiary", "employer"]])
    unconfirmed: bool = Field(description="The first user of the structure, whom nobody has confirmed yet")
    structure: StructureBrief


class ListedAccountView(AccountView):
    """An account in a list, with its open attachments."""

    attachments: list[OwnAttachment]


class AttachmentView(OwnAttachment):
    """The link of one person to one structure."""

    account: AccountBrief
    asked_at: datetime
    confirmed_at: datetime | None
    confirmed_by: PersonNameView | None = Field(description="Null for a first user whom nobody has confirmed")
    closed_at: datetime | None = Field(description="When it was refused or ended")
    closed_by: PersonNameView | None
    reason: str | None = Field(
        description="Of the refusal or the end, for the person, the referents and staff",
        examples=["Cette personne ne travaille plus dans notre structure."],
    )


class AccountDetailsView(AccountView):
    """One account with its attachments of any state, newest first, 50 at most."""

    attachments: list[AttachmentView]


class Me(AccountBrief):
    """The signed-in person. Refused and ended attachments are in `GET /attachments?scope=mine`."""

    version: Version
    is_staff: bool
    attachments: list[OwnAttachment]

    @classmethod
    def of(cls, account: Account, attachments: Sequence[AttachmentDetails]) -> "Me":
        """Put the account and its open attachments together."""
        return cls(
            **dict(AccountBrief.model_validate(account)),
            version=account.version,
            is_staff=account.is_staff,
            attachments=[OwnAttachment.model_validate(attachment) for attachment in attachments],
        )


class StructureRequestReceipt(View):
    """The number of a request for a structure."""

    id: UUID


class InvitationView(View):
    """What an invitation stands for."""

    structure: StructureBrief
    email: str = Field(examples=["karim.benali@pas-de-cote.example"])
    contact_name: str = Field(examples=["Karim Benali"])
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation, structure: Structure) -> "InvitationView":
        return cls(
            structure=StructureBrief.model_validate(structure),
            email=invitation.email,
            contact_name=invitation.contact_name,
            expires_at=invitation.expires_at,
        )


class StructureRequestView(View):
    """A request for a structure that was not listed, and its answer. `structure_id`: the structure that was added."""

    id: UUID
    version: Version
    name: str = Field(examples=["Association Le Pas de Côté"])
    siret: str = Field(examples=["73282932000074"])
    town: str = Field(examples=["Guéret"])
    contact_name: str = Field(examples=["Karim Benali"])
    contact_email: str = Field(examples=["karim.benali@pas-de-cote.example"])
    state: RequestState
    asked_at: datetime
    answered_at: datetime | None
    answered_by: PersonNameView | None
    answer: str | None = Field(
        description="The reason of a refusal", examples=["Ce numéro SIRET est celui d'un établissement fermé."]
    )
    structure_id: UUID | None


class ChangeReportView(View):
    """A change of a structure, in the words of its referent, and what became of it."""

    id: UUID
    version: Version
    structure: StructureBrief
    reporter: PersonNameView
    text: str = Field(examples=["La mission locale déménage au 12 rue des Arènes à compter du 1er mars."])
    state: ReportState
    reported_at: datetime
    answered_at: datetime | None
    answered_by: PersonNameView | None
    answer: str | None = Field(
        description="The words of staff to the referent", examples=["La nouvelle adresse est enregistrée."]
    )


class TokenView(View):
    """An access token (`Authorization: Bearer …`) and the single-use token that gets the next pair."""

    access_token: str = Field(examples=["an-example-and-no-secret"])
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a scheme, not a secret
    expires_in: int = Field(description="Seconds", examples=[600])
    refresh_token: str = Field(examples=["an-example-and-no-secret"])
    device_token: str | None = Field(
        None,
        description="Only at sign-in: keep it on the device, and send it with the next sign-in or reset from there",
    )


class FactorView(View):
    """The person's second factor. `confirmed_at` is null while there is none."""

    confirmed_at: datetime | None
    recovery_codes_left: int = Field(examples=[10])


class NewSecretView(View):
    """A secret for an authenticator app: to type, and as the content of a QR code."""

    secret: str = Field(examples=["JBSWY3DPEHPK3PXP"])
    uri: str = Field(examples=["otpauth://totp/ParcoursPro:claire?secret=JBSWY3DPEHPK3PXP&issuer=ParcoursPro"])


class RecoveryCodes(BaseModel):
    """Each code replaces one code of the app, once. They are shown only now."""

    recovery_codes: list[str] = Field(examples=[["MFRG-GZDF-MZTW-Q2LK"]])


class SessionView(View):
    """A sign-in session. `current`: the one of the token of this call; `client`: what began it, in French."""

    id: UUID
    started_at: datetime
    last_used_at: datetime
    client: str = Field(examples=["Firefox, Windows"])
    second_factor: bool
    current: bool

    @classmethod
    def of(cls, session: SignInSession, *, current: bool) -> "SessionView":
        return cls(**asdict(session), current=current)


class SecurityEventView(View):
    """What happened to the sign-ins or rights of an account. `account_id` is null for an unknown address.

    `acted_by` is null if nobody is known to have acted. `note`: the right that was given or taken.
    """

    id: UUID
    at: datetime
    kind: Kind
    account_id: UUID | None
    acted_by: UUID | None
    client: str | None = Field(examples=["Firefox, Windows"])
    note: str | None = Field(examples=["staff"])


class KeySet(BaseModel):
    """A JWK set (RFC 7517): Ed25519 public keys."""

    keys: list[dict[str, Any]] = Field(
        examples=[[{"kty": "OKP", "crv": "Ed25519", "x": "11qYAY…", "kid": "8f4c…", "alg": "EdDSA"}]]
    )
