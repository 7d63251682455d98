"""What identity says: accounts, structures, attachments."""

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.message import AggregateSnapshot, Message, command, event

Status = Literal["beneficiary", "employer", "referent"]
AttachmentState = Literal["requested", "active", "refused", "ended"]


class AccountSnapshot(AggregateSnapshot):
    """One person who can sign in. `civility` is "Mme", "M." or None."""

    first_name: str
    last_name: str
    email: str
    civility: str | None = None
    is_staff: bool = False
    disabled: bool = False


class StructureSnapshot(AggregateSnapshot):
    """An organisation whose people take trainings. `siret`: 14 digits. `is_member`: adheres to the agency."""

    name: str
    siret: str
    town: str
    is_member: bool


class AttachmentSnapshot(AggregateSnapshot):
    """The link of one account to one structure. `statuses` is empty unless the state is active."""

    account_id: UUID
    structure_id: UUID
    state: AttachmentState
    statuses: tuple[Status, ...] = ()


class StructureRequestSnapshot(AggregateSnapshot):
    """A structure that was not listed and that somebody asks the agency to add."""

    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str


class _AboutAnAccount(Message):
    snapshot_field: ClassVar[str] = "account"

    account: AccountSnapshot


class _AboutAStructure(Message):
    snapshot_field: ClassVar[str] = "structure"

    structure: StructureSnapshot


class _AboutAnAttachment(Message):
    snapshot_field: ClassVar[str] = "attachment"

    attachment: AttachmentSnapshot


class _AboutAStructureRequest(Message):
    snapshot_field: ClassVar[str] = "request"

    request: StructureRequestSnapshot


@event("identity.account_registered.v1")
class AccountRegistered(_AboutAnAccount):
    """The address was proved and a password set: this person can sign in."""


@event("identity.account_updated.v1")
class AccountUpdated(_AboutAnAccount):
    """A name, an address, the staff mark or the disabled mark changed."""


@event("identity.account_erased.v1")
class AccountErased(Message):
    """The person is gone; `version` is the tombstone's, later than every snapshot of the account."""

    account_id: UUID
    version: int

    @property
    def aggregate_id(self) -> UUID:
        """The account."""
        return self.account_id

    @property
    def aggregate_version(self) -> int:
        """The tombstone's version."""
        return self.version


@event("identity.structure_registration_requested.v1")
class StructureRegistrationRequested(_AboutAStructureRequest):
    """Somebody did not find the structure and asks the agency's desk to add it."""


@event("identity.structure_registration_refused.v1")
class StructureRegistrationRefused(_AboutAStructureRequest):
    """The desk does not add the structure."""

    reason: str


@event("identity.structure_registered.v1")
class StructureRegistered(_AboutAStructure):
    """A structure is listed. `request` is what it answers, when somebody had asked for it."""

    request: StructureRequestSnapshot | None = None


@event("identity.structure_updated.v1")
class StructureUpdated(_AboutAStructure):
    """Name, SIRET, town or membership changed."""


@event("identity.structure_change_reported.v1")
class StructureChangeReported(_AboutAStructure):
    """A referent says that something about the structure changed; the desk applies it. The structure is as it was."""

    report_id: UUID
    reported_by: UUID
    text: str


@event("identity.account_attachment_requested.v1")
class AccountAttachmentRequested(_AboutAnAttachment):
    """A person with a proved address asks to belong to the structure; its referents answer."""


@event("identity.account_attachment_confirmed.v1")
class AccountAttachmentConfirmed(_AboutAnAttachment):
    """The attachment is active. `confirmed_by` is None for the first user of the structure, its referent at once."""

    confirmed_by: UUID | None


@event("identity.account_attachment_refused.v1")
class AccountAttachmentRefused(_AboutAnAttachment):
    """A referent or staff refused the attachment."""

    refused_by: UUID
    reason: str


@event("identity.attachment_statuses_changed.v1")
class AttachmentStatusesChanged(_AboutAnAttachment):
    """The statuses of an active attachment are now those of the snapshot."""

    changed_by: UUID
    before: tuple[Status, ...]


@event("identity.account_attachment_ended.v1")
class AccountAttachmentEnded(_AboutAnAttachment):
    """The person no longer belongs to the structure."""

    ended_by: UUID
    reason: str


class _SecretLink(Message):
    """A single-use link for one person. `token` is the secret itself: it travels on the notifier's own queue alone."""

    id: UUID
    account_id: UUID
    email: str
    first_name: str
    token: str
    expires_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return self.id

    @property
    def aggregate_version(self) -> int:
        return 1


@command("identity.send_address_proof.v1", to="notifier")
class SendAddressProof(_SecretLink):
    """Mail the link that proves the address and sets the first password."""

    structure_name: str | None = None


@command("identity.send_password_reset.v1", to="notifier")
class SendPasswordReset(_SecretLink):
    """Mail the link that sets a new password."""


@command("identity.send_account_notice.v1", to="notifier")
class SendAccountNotice(Message):
    """Tell the owner of an address what happened to the account: somebody asked again for it, or the password changed."""

    id: UUID
    account_id: UUID
    email: str
    first_name: str
    notice: Literal["already_registered", "password_changed"]

    @property
    def aggregate_id(self) -> UUID:
        """The notice: notices keep no order among themselves."""
        return self.id

    @property
    def aggregate_version(self) -> int:
        """A notice is said once."""
        return 1
