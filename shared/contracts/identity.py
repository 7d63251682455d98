"""The events and commands that identity publishes: accounts, structures, attachments."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.fields import Known, PersonalText, SecretText
from shared.contracts.message import AggregateSnapshot, Message, command, event

Status = Annotated[str, Known("beneficiary", "employer", "referent")]
AttachmentState = Annotated[str, Known("requested", "active", "refused", "ended")]
Notice = Annotated[
    str,
    Known(
        "already_registered",
        "password_changed",
        "address_changed",
        "attachment_received",
        "second_factor_enrolled",
        "second_factor_reset",
        "recovery_code_used",
    ),
]


class AccountSnapshot(AggregateSnapshot):
    """The account of a person. `civility` is "Mme", "M." or null."""

    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText
    civility: PersonalText | None = None
    is_staff: bool = False
    disabled: bool = False


class StructureSnapshot(AggregateSnapshot):
    """An organisation whose people take trainings. `siret`: 14 digits. `is_member`: it is a member of the agency.

    `closed`: nobody can belong to it any more. `merged_into` is the structure that goes on with its people.
    """

    name: str
    siret: str
    town: str
    is_member: bool
    closed: bool = False
    merged_into: UUID | None = None


class AttachmentSnapshot(AggregateSnapshot):
    """The attachment of one account to one structure. `statuses` is empty unless `state` is `active`.

    `unconfirmed`: the account is the first user of the structure and became its referent without a decision; neither
    staff nor another person of the structure has confirmed it yet.
    """

    account_id: UUID
    structure_id: UUID
    state: AttachmentState
    statuses: tuple[Status, ...] = ()
    unconfirmed: bool = False


class StructureRequestSnapshot(AggregateSnapshot):
    """A request to the agency to add a structure that is not listed yet."""

    name: str
    siret: str
    town: str
    contact_name: PersonalText
    contact_email: PersonalText


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
    """A person verified the email address and set a password: the account exists and can sign in."""


@event("identity.account_updated.v1")
class AccountUpdated(_AboutAnAccount):
    """A name, the email address, `is_staff` or `disabled` changed."""


@event("identity.structure_registration_requested.v1")
class StructureRegistrationRequested(_AboutAStructureRequest):
    """A person asked the agency's desk to add a structure that is not listed."""


@event("identity.structure_registration_refused.v1")
class StructureRegistrationRefused(_AboutAStructureRequest):
    """The desk refused to add the structure."""

    reason: PersonalText


@event("identity.structure_registered.v1")
class StructureRegistered(_AboutAStructure):
    """A structure was added. `request` is the request that led to it, if there was one."""

    request: StructureRequestSnapshot | None = None


@event("identity.structure_updated.v1")
class StructureUpdated(_AboutAStructure):
    """Name, SIRET, town or membership of a structure changed, or it was closed, merged or opened again."""


@event("identity.structure_people_received.v1")
class StructurePeopleReceived(_AboutAStructure):
    """`origin` was merged into this one. `already_here`: people who belong to both; `waiting`: who asked to join."""

    origin: StructureSnapshot
    people: tuple[UUID, ...]
    already_here: tuple[UUID, ...]
    waiting: int
    reason: PersonalText


@event("identity.structure_change_reported.v1")
class StructureChangeReported(_AboutAStructure):
    """A referent reported a change of the structure to the desk.

    The snapshot is still the old one: the desk applies the change later.
    """

    report_id: UUID
    reported_by: UUID
    text: PersonalText


@event("identity.account_attachment_requested.v1")
class AccountAttachmentRequested(_AboutAnAttachment):
    """A person with a verified address asked to be attached to the structure; its referents decide.

    `unconfirmed_referent` is the account of a first user of the structure whom nobody has confirmed yet.
    """

    unconfirmed_referent: UUID | None = None


@event("identity.account_attachment_confirmed.v1")
class AccountAttachmentConfirmed(_AboutAnAttachment):
    """The attachment became active, or somebody confirmed the first user of a structure.

    `confirmed_by` is null for the first user of a structure, who becomes its referent without confirmation. Then
    `structure_contact_email` is the address that the structure is known by, if there is one: its owner is told.
    `continues_from`: the person belonged to this structure, which was merged into that of the attachment.
    """

    confirmed_by: UUID | None
    structure_contact_email: PersonalText | None = None
    continues_from: UUID | None = None


@event("identity.account_attachment_refused.v1")
class AccountAttachmentRefused(_AboutAnAttachment):
    """A referent or staff refused the attachment."""

    refused_by: UUID
    reason: PersonalText


@event("identity.attachment_statuses_changed.v1")
class AttachmentStatusesChanged(_AboutAnAttachment):
    """The statuses of an active attachment changed; `before` are the old ones.

    `left_without_referent`: staff took the status from the last referent, and gave the reason. `continues_from`: the
    statuses that were added are those in this structure, which was merged into that of the attachment.
    """

    changed_by: UUID
    before: tuple[Status, ...]
    reason: PersonalText | None = None
    left_without_referent: bool = False
    continues_from: UUID | None = None


@event("identity.account_attachment_ended.v1")
class AccountAttachmentEnded(_AboutAnAttachment):
    """The attachment ended: the person no longer belongs to the structure. `ended_by` may be the person.

    `left_without_referent`: it was the last referent of the structure. `taken_back`: the person took back a request
    that nobody had answered. `structure_closed`: all attachments to the structure ended. `continues_in` is the
    structure that it was merged into: there the person goes on, with the open requests of this structure.
    """

    ended_by: UUID
    reason: PersonalText
    left_without_referent: bool = False
    taken_back: bool = False
    structure_closed: bool = False
    continues_in: UUID | None = None


class _SecretLink(Message):
    """A single-use link for one person. `token` is secret: it is sent only to the notifier's own queue."""

    id: UUID
    account_id: UUID
    email: PersonalText
    first_name: PersonalText
    token: SecretText
    expires_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return self.id

    @property
    def aggregate_version(self) -> int:
        return 1


@command("identity.send_address_proof.v1", to="notifier")
class SendAddressProof(_SecretLink):
    """Send the mail with the link that verifies the address and sets the first password."""

    structure_name: str | None = None


@command("identity.send_password_reset.v1", to="notifier")
class SendPasswordReset(_SecretLink):
    """Send the mail with the link that sets a new password."""


@command("identity.send_account_notice.v1", to="notifier")
class SendAccountNotice(Message):
    """Send the mail about something that happened to an account.

    `already_registered`: somebody tried to register with its address again. `password_changed`: the password changed.
    `second_factor_enrolled`, `second_factor_reset`: there is a new second factor, or none any more.
    `recovery_code_used`: somebody signed in with a recovery code.
    """

    id: UUID
    account_id: UUID
    email: PersonalText
    first_name: PersonalText
    notice: Notice

    @property
    def aggregate_id(self) -> UUID:
        return self.id  # each notice is its own aggregate, because notices need no order

    @property
    def aggregate_version(self) -> int:
        return 1


@command("identity.send_address_change.v1", to="notifier")
class SendAddressChange(_SecretLink):
    """Send the mail with the link that proves the new address of an account, to the new address."""


@command("identity.send_structure_invitation.v1", to="notifier")
class SendStructureInvitation(Message):
    """Tell the contact of a structure request that it was added; the link gives the right to become its referent."""

    id: UUID
    structure_id: UUID
    structure_name: str
    email: PersonalText
    contact_name: PersonalText
    token: SecretText
    expires_at: AwareDatetime

    @property
    def aggregate_id(self) -> UUID:
        return self.id

    @property
    def aggregate_version(self) -> int:
        return 1
