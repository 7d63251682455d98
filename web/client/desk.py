"""What the pages of staff call of identity: accounts, attachments, structures, and what people asked of the agency."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.account import Erasure
from web.client.calls import Call, Page, Read

State = Literal["requested", "active", "refused", "ended"]
Status = Literal["beneficiary", "employer", "referent"]


class Counted(Read):
    """How many there are in all."""

    total: int


class PersonName(Read):
    """Somebody who acted."""

    id: UUID
    first_name: str
    last_name: str


class StructureName(Read):
    """A structure as a part of another answer."""

    id: UUID
    name: str
    town: str


class OwnAttachment(Read):
    """An attachment in the list of accounts."""

    id: UUID
    state: State
    statuses: list[Status]
    structure: StructureName


class AccountName(PersonName):
    """A person with their address."""

    civility: str | None
    email: str


class Account(AccountName):
    """An account. `proved`: its owner has set a password."""

    version: int
    is_staff: bool
    disabled: bool
    proved: bool
    erased: bool


class LedgerLine(Erasure):
    """An erasure in the ledger. `account_name` is None once the account is erased."""

    account_id: UUID
    account_name: str | None
    asked_by: UUID
    asked_by_name: str
    by_staff: bool
    reason: str | None
    asked_at: datetime
    ended_at: datetime | None


class ListedAccount(Account):
    """An account in a list."""

    attachments: list[OwnAttachment]


class Attachment(OwnAttachment):
    """The link of one person to one structure. `unconfirmed`: its first user, whom nobody has confirmed yet."""

    version: int
    unconfirmed: bool
    account: AccountName
    asked_at: datetime
    confirmed_at: datetime | None
    confirmed_by: PersonName | None
    closed_at: datetime | None
    closed_by: PersonName | None
    reason: str | None


class AccountDetails(Account):
    """An account with its attachments."""

    attachments: list[Attachment]


class AccountPage(Page[ListedAccount], Counted):
    """A part of the list of accounts."""


class AttachmentPage(Page[Attachment], Counted):
    """A part of a list of attachments."""


class NamedStructure(Read):
    """A structure to be linked."""

    id: UUID
    name: str


class Structure(StructureName):
    """A structure with the numbers of its people. `merged_into`: what goes on with the people of a closed one."""

    version: int
    siret: str
    is_member: bool
    closed_at: datetime | None
    merged_into: NamedStructure | None
    people: int
    referents: int
    employers: int
    waiting: int


class StructurePage(Page[Structure], Counted):
    """A part of the list of structures."""


class NewId(Read):
    """What was added."""

    id: UUID


class ChangedField(Read):
    """A field of a structure that changed."""

    label: str
    before: str | bool
    after: str | bool


class StructureLine(Read):
    """What happened to a structure."""

    at: datetime
    label: str
    acted_by: PersonName | None
    note: str | None
    changes: list[ChangedField]


class StructureRequest(Read):
    """A structure that somebody asks the agency to add."""

    id: UUID
    name: str
    siret: str
    town: str
    contact_name: str
    contact_email: str
    state: Literal["open", "accepted", "refused"]
    asked_at: datetime
    answered_at: datetime | None
    answered_by: PersonName | None
    answer: str | None
    structure_id: UUID | None


class StructureRequestPage(Page[StructureRequest], Counted):
    """A part of the list of requests for structures."""


class ChangeReport(Read):
    """A change of a structure, in the words of its referent."""

    id: UUID
    structure: StructureName
    reporter: PersonName
    text: str
    state: Literal["open", "applied", "declined"]
    reported_at: datetime
    answered_at: datetime | None
    answered_by: PersonName | None
    answer: str | None


class ChangeReportPage(Page[ChangeReport], Counted):
    """A part of the list of reports."""


ACCOUNTS: Final = Call[AccountPage]("GET", "identity", "/accounts", AccountPage)
ACCOUNTS_FILE: Final = Call[bytes]("GET", "identity", "/accounts/export", bytes)
ACCOUNT: Final = Call[AccountDetails]("GET", "identity", "/accounts/{account_id}", AccountDetails)
ADD_ACCOUNT: Final = Call[NewId]("POST", "identity", "/accounts", NewId)
MARK_ACCOUNT: Final = Call[None]("PATCH", "identity", "/accounts/{account_id}", None)
INVITE: Final = Call[None]("POST", "identity", "/accounts/{account_id}/invitation", None)
RESET_FACTOR: Final = Call[None]("DELETE", "identity", "/accounts/{account_id}/second-factor", None)
ASK_ERASURE: Final = Call[Erasure]("POST", "identity", "/accounts/{account_id}/erasure", Erasure)
ERASURE: Final = Call[Erasure]("GET", "identity", "/accounts/{account_id}/erasure", Erasure)
ERASURES: Final = Call[Page[LedgerLine]]("GET", "identity", "/erasures", Page[LedgerLine])
ATTACHMENTS: Final = Call[AttachmentPage]("GET", "identity", "/attachments", AttachmentPage)
ATTACHMENTS_FILE: Final = Call[bytes]("GET", "identity", "/attachments/export", bytes)
ATTACHMENT: Final = Call[Attachment]("GET", "identity", "/attachments/{attachment_id}", Attachment)
CONFIRM: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/confirmation", None)
CONFIRM_FIRST: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/first-user-confirmation", None)
REMOVE_FIRST: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/first-user-removal", None)
REFUSE: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/refusal", None)
CHANGE_STATUSES: Final = Call[None]("PUT", "identity", "/attachments/{attachment_id}/statuses", None)
END: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/end", None)
STRUCTURES: Final = Call[StructurePage]("GET", "identity", "/structures/overview", StructurePage)
STRUCTURES_FILE: Final = Call[bytes]("GET", "identity", "/structures/overview/export", bytes)
STRUCTURE: Final = Call[Structure]("GET", "identity", "/structures/{structure_id}/overview", Structure)
STRUCTURE_HISTORY: Final = Call[Page[StructureLine]](
    "GET", "identity", "/structures/{structure_id}/history", Page[StructureLine]
)
ADD_STRUCTURE: Final = Call[NewId]("POST", "identity", "/structures", NewId)
CHANGE_STRUCTURE: Final = Call[None]("PATCH", "identity", "/structures/{structure_id}", None)
CLOSE_STRUCTURE: Final = Call[None]("POST", "identity", "/structures/{structure_id}/closure", None)
MERGE_STRUCTURE: Final = Call[None]("POST", "identity", "/structures/{structure_id}/merger", None)
REOPEN_STRUCTURE: Final = Call[None]("POST", "identity", "/structures/{structure_id}/reopening", None)
STRUCTURE_REQUESTS: Final = Call[StructureRequestPage]("GET", "identity", "/structure-requests", StructureRequestPage)
STRUCTURE_REQUEST: Final = Call[StructureRequest](
    "GET", "identity", "/structure-requests/{request_id}", StructureRequest
)
ACCEPT_REQUEST: Final = Call[NewId]("POST", "identity", "/structure-requests/{request_id}/acceptance", NewId)
REFUSE_REQUEST: Final = Call[None]("POST", "identity", "/structure-requests/{request_id}/refusal", None)
REPORTS: Final = Call[ChangeReportPage]("GET", "identity", "/change-reports", ChangeReportPage)
REPORT: Final = Call[ChangeReport]("GET", "identity", "/change-reports/{report_id}", ChangeReport)
CLOSE_REPORT: Final = Call[None]("POST", "identity", "/change-reports/{report_id}/closure", None)
