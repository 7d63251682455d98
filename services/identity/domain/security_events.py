"""What is kept about sign-ins and rights, so that staff can find out what happened (OWASP ASVS 5.0: 16.3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGN_IN_LOCKED = "sign_in_locked"
    CODE_REFUSED = "code_refused"
    RECOVERY_CODE_USED = "recovery_code_used"
    TOKEN_REPLAYED = "token_replayed"  # noqa: S105 - a word, not a secret
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a word, not a secret
    FACTOR_ENROLLED = "factor_enrolled"
    FACTOR_RESET = "factor_reset"
    RIGHT_GIVEN = "right_given"
    RIGHT_TAKEN = "right_taken"
    ACCOUNT_ERASED = "account_erased"
    STAFF_RIGHT_REFUSED = "staff_right_refused"


REFUSALS = frozenset({Kind.SIGN_IN_REFUSED, Kind.SIGN_IN_LOCKED, Kind.CODE_REFUSED, Kind.STAFF_RIGHT_REFUSED})
"""What may be an attack: logged as a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One event about an account; None for an address without one. `acted_by` is None if nobody is known to have acted.

    `client` is the coarse description of the program. `note` has words of the code (`staff`, a status), never those of
    people.
    """

    id: UUID
    at: datetime
    kind: Kind
    account_id: UUID | None
    acted_by: UUID | None
    client: str | None = None
    note: str | None = None
