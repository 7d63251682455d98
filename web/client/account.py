"""What the pages call of identity about one's own account."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.structure import NewId


class SignInSession(Read):
    """A place where the person is signed in."""

    id: UUID
    started_at: datetime
    last_used_at: datetime
    client: str
    current: bool


class InvitedStructure(Read):
    """The structure of an invitation."""

    id: UUID
    name: str
    town: str


class Invitation(Read):
    """What the link to the contact of an added structure stands for."""

    structure: InvitedStructure
    email: str
    contact_name: str


class Erasure(Read):
    """An erasure that was asked for. `sentences`: what has to be done first."""

    state: Literal["asked", "refused", "done"]
    sentences: list[str]


class Factor(Read):
    """The second factor; `confirmed_at` is null while there is none."""

    confirmed_at: datetime | None
    recovery_codes_left: int


class NewSecret(Read):
    """A secret for an authenticator application, and the same as a link."""

    secret: str
    uri: str


class RecoveryCodes(Read):
    """Each replaces one code of the application, once."""

    recovery_codes: list[str]


OWN_DATA: Final = {
    "comptes": Call[bytes]("GET", "identity", "/me/data", bytes),
    "formations": Call[bytes]("GET", "catalogue", "/me/data", bytes),
    "demandes": Call[bytes]("GET", "enrollment", "/me/data", bytes),
    "messages": Call[bytes]("GET", "notifier", "/me/data", bytes),
}
"""The parts of all of one's data, each with the name of its file."""
ASK_ERASURE: Final = Call[Erasure]("POST", "identity", "/me/erasure", Erasure)
ERASURE: Final = Call[Erasure]("GET", "identity", "/me/erasure", Erasure)
ASK_ADDRESS: Final = Call[None]("POST", "identity", "/me/address-change", None)
CONFIRM_ADDRESS: Final = Call[None]("POST", "identity", "/me/address-change/confirmation", None)
SIGN_INS: Final = Call[Page[SignInSession]]("GET", "identity", "/me/sessions", Page[SignInSession])
END_SIGN_IN: Final = Call[None]("DELETE", "identity", "/me/sessions/{session_id}", None)
END_SIGN_INS: Final = Call[None]("DELETE", "identity", "/me/sessions", None)
ATTACH: Final = Call[NewId]("POST", "identity", "/attachments", NewId)
LEAVE: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/departure", None)
TAKE_BACK: Final = Call[None]("POST", "identity", "/attachments/{attachment_id}/withdrawal", None)
INVITATION: Final = Call[Invitation]("POST", "identity", "/structure-invitations", Invitation)
FACTOR: Final = Call[Factor]("GET", "identity", "/me/second-factor", Factor)
ENROL_FACTOR: Final = Call[NewSecret]("POST", "identity", "/me/second-factor", NewSecret)
CONFIRM_FACTOR: Final = Call[RecoveryCodes]("POST", "identity", "/me/second-factor/confirmation", RecoveryCodes)
