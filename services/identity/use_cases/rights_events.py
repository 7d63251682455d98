"""The security events that follow from a fact: rights given and taken, and changed passwords."""

from collections.abc import Iterator
from uuid import UUID

from services.identity.domain.accounts import AccountMade, AccountMarked, PasswordChanged, PasswordReset
from services.identity.domain.attachments import (
    Attachment,
    AttachmentConfirmed,
    AttachmentEnded,
    FirstUserAttached,
    Status,
    StatusesChanged,
)
from services.identity.domain.erasures import AccountErased
from services.identity.domain.security_events import Kind
from services.identity.use_cases.announce import Fact

STAFF, DISABLED = "staff", "disabled"
Event = tuple[Kind, UUID, str | None]
"""The kind, the account, and the right."""


def security_events_of(fact: Fact) -> Iterator[Event]:
    """One event for each right that the fact gives or takes."""
    match fact:
        case PasswordChanged(account) | PasswordReset(account):
            yield Kind.PASSWORD_CHANGED, account.id, None
        case AccountErased(account):
            yield Kind.ACCOUNT_ERASED, account.id, None
        case AccountMade(account):
            if account.is_staff:
                yield Kind.RIGHT_GIVEN, account.id, STAFF
        case AccountMarked(account, was_staff=was_staff, was_disabled=was_disabled):
            if account.is_staff != was_staff:
                yield (Kind.RIGHT_GIVEN if account.is_staff else Kind.RIGHT_TAKEN), account.id, STAFF
            if account.disabled != was_disabled:
                yield (Kind.RIGHT_TAKEN if account.disabled else Kind.RIGHT_GIVEN), account.id, DISABLED
        case FirstUserAttached(attachment=attachment):
            yield from _difference(attachment, before=())
        case AttachmentConfirmed() | StatusesChanged() | AttachmentEnded():
            yield from _difference(fact.attachment, before=fact.before)
        case _:
            """The other facts change no right."""


def _difference(attachment: Attachment, *, before: tuple[Status, ...]) -> Iterator[Event]:
    for status in attachment.statuses:
        if status not in before:
            yield Kind.RIGHT_GIVEN, attachment.account_id, status.value
    for status in before:
        if status not in attachment.statuses:
            yield Kind.RIGHT_TAKEN, attachment.account_id, status.value
