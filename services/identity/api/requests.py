"""The bodies of identity's HTTP requests."""

from typing import Annotated, Literal
from uuid import uuid4

from pydantic import Field

from services.identity.api.fields import Civility, Code, Name, Password, SecretToken
from services.identity.domain.attachments import (
    Status,
)
from services.identity.domain.links import Registration
from shared.http.fields import Email, Id, Line, Siret, Strict, Text

DeviceToken = Annotated[
    SecretToken | None,
    Field(
        description=(
            "The `device_token` of the last sign-in on this device, which a front-end keeps (in its own cookie). With "
            "it, attempts of strangers never delay the owner of the account. It is worth nothing without the password."
        )
    ),
]
SomeStatuses = Annotated[list[Status], Field(min_length=1, max_length=3, examples=[["beneficiary", "employer"]])]


class NewRegistration(Strict):
    """A person who asks for an account, and the structure that they work for."""

    structure_id: Id
    civility: Civility | None = Field(None, examples=["Mme"])
    first_name: Name = Field(examples=["Claire"])
    last_name: Name = Field(examples=["Dupuy"])
    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])

    def registration(self) -> Registration:
        """What the domain keeps with the link, with the id that the account will get."""
        return Registration(
            email=self.email,
            account_id=uuid4(),
            civility=self.civility,
            first_name=self.first_name,
            last_name=self.last_name,
            structure_id=self.structure_id,
        )


class FollowedLink(Strict):
    """The token of a link, and the password that the person chooses."""

    token: SecretToken
    password: Password = Field(examples=["quatre chevaux dans le pré"])


class FollowedChange(Strict):
    """The token of the link to the new address."""

    token: SecretToken


class FollowedInvitation(Strict):
    """The token of the link to the contact of a structure that was added."""

    token: SecretToken


class ForgottenPassword(Strict):
    """The address of the account."""

    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])
    device_token: DeviceToken = None


class Credentials(Strict):
    """What a person signs in with."""

    email: Email = Field(examples=["claire.dupuy@mission-locale.example"])
    password: Password = Field(examples=["quatre chevaux dans le pré"])
    code: Code | None = Field(
        None, description="Of the second factor, or a recovery code: for an account that has one", examples=["492039"]
    )
    device_token: DeviceToken = None


class FactorConfirmation(Strict):
    """The code that the app shows for the new secret."""

    code: Code = Field(examples=["492039"])


class RefreshToken(Strict):
    """The refresh token that came with the last access token."""

    refresh_token: SecretToken


class Renaming(Strict):
    """Fields that are sent change, the others stay. A civility of null removes the civility."""

    civility: Civility | None = None
    first_name: Name | None = Field(None, examples=["Claire"])
    last_name: Name | None = Field(None, examples=["Dupuy-Martin"])

    def names(self) -> dict[str, str | None]:
        """The fields to change."""
        sent: dict[str, str | None] = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name == "civility"}


class PasswordChange(Strict):
    """The sign-in session of `refresh_token`, if it is sent, is the only one that stays open."""

    current_password: Password = Field(examples=["deux ânes sur la colline"])
    new_password: Password = Field(examples=["quatre chevaux dans le pré"])
    refresh_token: SecretToken | None = None


class AddressChange(Strict):
    """The new address, and the password, which shows that the owner of the account asks for it."""

    email: Email = Field(examples=["claire.dupuy@mairie.example"])
    password: Password = Field(examples=["quatre chevaux dans le pré"])


class OwnErasure(Strict):
    """The password, which shows that the owner of the account asks for its erasure."""

    password: Password = Field(examples=["quatre chevaux dans le pré"])


class ErasureReason(Strict):
    """Why staff erase an account. It is kept in the ledger, so it must not name the person."""

    reason: Text = Field(examples=["Demande reçue par courrier le 3 mars."])


class NewAccount(Strict):
    """An account without a structure: for a trainer or a colleague."""

    civility: Civility | None = None
    first_name: Name = Field(examples=["Nadia"])
    last_name: Name = Field(examples=["Ferrand"])
    email: Email = Field(examples=["nadia.ferrand@formation.example"])
    is_staff: bool = False


class AccountMarks(Strict):
    """Marks that are sent change, the others stay."""

    is_staff: bool | None = None
    disabled: bool | None = None


class NewStructure(Strict):
    """A structure to add."""

    name: Line = Field(examples=["Mission locale de Limoges"])
    siret: Siret = Field(examples=["73282932000074"])
    town: Line = Field(examples=["Limoges"])
    is_member: bool


class StructureChange(Strict):
    """Fields that are sent change, the others stay."""

    name: Line | None = Field(None, examples=["Mission locale de Limoges"])
    siret: Siret | None = Field(None, examples=["73282932000074"])
    town: Line | None = Field(None, examples=["Limoges"])
    is_member: bool | None = None


class NewStructureRequest(Strict):
    """A structure that is not listed, and the person who asks for it."""

    name: Line = Field(examples=["Association Le Pas de Côté"])
    siret: Siret = Field(examples=["73282932000074"])
    town: Line = Field(examples=["Guéret"])
    contact_name: Name = Field(examples=["Karim Benali"])
    contact_email: Email = Field(examples=["karim.benali@pas-de-cote.example"])


class RequestAcceptance(Strict):
    """Whether the structure is a member of the agency."""

    is_member: bool


class RequestRefusal(Strict):
    """The reason, in words for the person who asked."""

    reason: Text = Field(examples=["Ce numéro SIRET est celui d'un établissement fermé."])
    silent: bool = Field(
        default=False, description="Without a mail to the contact: for a duplicate. The reason is for staff"
    )


class NewChangeReport(Strict):
    """What has changed, in the referent's words."""

    text: Text = Field(examples=["La mission locale déménage au 12 rue des Arènes à compter du 1er mars."])


class ReportClosure(Strict):
    """What staff did with the report; a report that is declined needs an answer for its referent."""

    outcome: Literal["applied", "declined"] = "applied"
    answer: Text | None = Field(None, examples=["La nouvelle adresse est enregistrée."])


class NewAttachment(Strict):
    """The structure that the person works for."""

    structure_id: Id


class Confirmation(Strict):
    """The statuses that the person gets."""

    statuses: SomeStatuses = Field(default_factory=lambda: [Status.BENEFICIARY])


class Statuses(Strict):
    """All statuses that the person has from now on.

    `reason`: staff must give one to take the status from the last referent of the structure.
    """

    statuses: SomeStatuses
    reason: Text | None = Field(None, examples=["Cette personne ne travaille plus dans notre structure."])


class Reason(Strict):
    """The reason, in words for the person."""

    reason: Text = Field(examples=["Cette personne ne travaille plus dans notre structure."])


class StructureReason(Strict):
    """Why a structure is closed or opened again, in words for its people and for staff."""

    reason: Text = Field(examples=["L'association a cessé son activité."])


class Merger(StructureReason):
    """The structure that goes on with the people of the closed one."""

    into: Id


class OptionalReason(Strict):
    """The reason, in words for the referents."""

    reason: Text | None = Field(None, examples=["Je change d'employeur."])
