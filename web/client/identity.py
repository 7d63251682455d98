"""What the pages call of identity."""

from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read


class TokenPair(Read):
    """Tokens; `expires_in` in seconds. `device_token` comes with a sign-in only."""

    access_token: str
    refresh_token: str
    expires_in: int
    device_token: str | None


class Structure(Read):
    """An organisation whose people take trainings."""

    id: UUID
    name: str
    siret: str
    town: str
    is_member: bool


class Attachment(Read):
    """The link of the reader to a structure."""

    id: UUID
    version: int
    state: Literal["requested", "active", "refused", "ended"]
    statuses: list[Literal["beneficiary", "employer", "referent"]]
    structure: Structure


class Me(Read):
    """The reader."""

    id: UUID
    version: int
    civility: str | None
    first_name: str
    last_name: str
    email: str
    is_staff: bool
    attachments: list[Attachment]


SIGN_IN: Final = Call[TokenPair]("POST", "identity", "/tokens", TokenPair)
REFRESH: Final = Call[TokenPair]("POST", "identity", "/tokens/refresh", TokenPair)
SIGN_OUT: Final = Call[None]("POST", "identity", "/tokens/revocation", None)
ME: Final = Call[Me]("GET", "identity", "/me", Me)
STRUCTURES: Final = Call[Page[Structure]]("GET", "identity", "/structures", Page[Structure])
REGISTER: Final = Call[None]("POST", "identity", "/registrations", None)
PROVE_ADDRESS: Final = Call[None]("POST", "identity", "/address-proofs", None)
ASK_RESET: Final = Call[None]("POST", "identity", "/password-resets", None)
CONFIRM_RESET: Final = Call[None]("POST", "identity", "/password-resets/confirmation", None)
ASK_STRUCTURE: Final = Call[None]("POST", "identity", "/structure-requests", None)
STRUCTURE: Final = Call[Structure]("GET", "identity", "/structures/{structure_id}", Structure)
