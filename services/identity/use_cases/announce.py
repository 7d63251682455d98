"""The messages that other services get about changes of identity."""

from datetime import datetime
from typing import Literal, assert_never
from uuid import uuid4

from services.identity.domain.accounts import (
    Account,
    AccountFact,
    AccountMade,
    AccountMarked,
    AccountRenamed,
    AddressChanged,
    AddressProved,
    PasswordChanged,
    PasswordFact,
    PasswordReset,
)
from services.identity.domain.attachments import (
    Attachment,
    AttachmentConfirmed,
    AttachmentEnded,
    AttachmentFact,
    AttachmentRefused,
    AttachmentRequested,
    FirstUserAttached,
    FirstUserConfirmed,
    Status,
    StatusesChanged,
)
from services.identity.domain.closing import (
    ClosingFact,
    PeopleReceived,
    StructureClosed,
    StructureMerged,
    StructureReopened,
)
from services.identity.domain.erasures import AccountErased
from services.identity.domain.sign_in_sessions import RefreshTokenReplayed
from services.identity.domain.structures import (
    ChangeReportClosed,
    DeskFact,
    Structure,
    StructureChangeReported,
    StructureFact,
    StructureRegistered,
    StructureRequest,
    StructureRequestAccepted,
    StructureRequested,
    StructureRequestRefused,
    StructureUpdated,
)
from shared.contracts import erasures
from shared.contracts import identity as contracts
from shared.contracts.message import Message
from shared.records import from_attributes

Fact = (
    AccountFact
    | AccountErased
    | PasswordFact
    | AttachmentFact
    | StructureFact
    | ClosingFact
    | DeskFact
    | RefreshTokenReplayed
)
Notice = Literal[
    "already_registered",
    "password_changed",
    "address_changed",
    "second_factor_enrolled",
    "second_factor_reset",
    "recovery_code_used",
]
"""What the owner of an address is told about an account."""


def announce(fact: Fact, *, now: datetime) -> Message | None:  # noqa: C901, PLR0911, PLR0912 - a case a fact
    """The message that announces a fact; None for a fact that only this service knows."""
    match fact:
        case AddressProved(account):
            return contracts.AccountRegistered(occurred_at=now, account=_of_account(account))
        case AccountRenamed(account) | AddressChanged(account=account):
            return contracts.AccountUpdated(occurred_at=now, account=_of_account(account))
        case AccountMarked(account):
            # until its address is proved, other services do not know the account
            updated = contracts.AccountUpdated(occurred_at=now, account=_of_account(account))
            return updated if account.proved else None
        case AccountErased(account):
            return erasures.AccountErased(occurred_at=now, account_id=account.id, version=account.version)
        case PasswordChanged(account) | PasswordReset(account):
            return account_notice(account, "password_changed", now=now)
        case FirstUserAttached(attachment=attachment, contact_email=contact_email):
            return contracts.AccountAttachmentConfirmed(
                occurred_at=now,
                attachment=_of_attachment(attachment),
                confirmed_by=None,
                structure_contact_email=contact_email,
            )
        case AttachmentRequested(attachment=attachment, unconfirmed_referent=unconfirmed_referent):
            return contracts.AccountAttachmentRequested(
                occurred_at=now, attachment=_of_attachment(attachment), unconfirmed_referent=unconfirmed_referent
            )
        case AttachmentConfirmed(attachment=attachment, by=by):
            return contracts.AccountAttachmentConfirmed(
                occurred_at=now,
                attachment=_of_attachment(attachment),
                confirmed_by=by,
                continues_from=fact.continues_from,
            )
        case FirstUserConfirmed(attachment=attachment, by=by):
            return contracts.AccountAttachmentConfirmed(
                occurred_at=now, attachment=_of_attachment(attachment), confirmed_by=by
            )
        case AttachmentRefused(attachment=attachment, by=by, reason=reason):
            return contracts.AccountAttachmentRefused(
                occurred_at=now, attachment=_of_attachment(attachment), refused_by=by, reason=reason
            )
        case StatusesChanged(attachment=attachment):
            return contracts.AttachmentStatusesChanged(
                occurred_at=now,
                attachment=_of_attachment(attachment),
                changed_by=fact.by,
                before=_of_statuses(fact.before),
                reason=fact.reason,
                left_without_referent=fact.left_without_referent,
                continues_from=fact.continues_from,
            )
        case AttachmentEnded(attachment=attachment):
            return contracts.AccountAttachmentEnded(
                occurred_at=now,
                attachment=_of_attachment(attachment),
                ended_by=fact.by,
                reason=fact.reason,
                left_without_referent=fact.left_without_referent,
                taken_back=fact.taken_back,
                structure_closed=fact.structure_closed,
                continues_in=fact.continues_in,
            )
        case StructureRegistered(structure):
            return contracts.StructureRegistered(occurred_at=now, structure=_of_structure(structure))
        case (
            StructureUpdated(structure=structure)
            | StructureClosed(structure=structure)
            | StructureMerged(structure=structure)
            | StructureReopened(structure=structure)
        ):
            return contracts.StructureUpdated(occurred_at=now, structure=_of_structure(structure))
        case PeopleReceived(structure=structure, origin=origin):
            return contracts.StructurePeopleReceived(
                occurred_at=now,
                structure=_of_structure(structure),
                origin=_of_structure(origin),
                people=fact.people,
                already_here=fact.already_here,
                waiting=fact.waiting,
                reason=fact.reason,
            )
        case StructureRequested(request):
            return contracts.StructureRegistrationRequested(occurred_at=now, request=_of_request(request))
        case StructureRequestAccepted(request, structure):
            return contracts.StructureRegistered(
                occurred_at=now, structure=_of_structure(structure), request=_of_request(request)
            )
        case StructureRequestRefused(request, reason, silent=silent):
            refused = contracts.StructureRegistrationRefused(
                occurred_at=now, request=_of_request(request), reason=reason
            )
            return None if silent else refused
        case StructureChangeReported(structure, report):
            return contracts.StructureChangeReported(
                occurred_at=now,
                structure=_of_structure(structure),
                report_id=report.id,
                reported_by=report.reported_by,
                text=report.text,
            )
        case AccountMade() | ChangeReportClosed() | RefreshTokenReplayed():
            return None
        case _:
            assert_never(fact)


def account_notice(account: Account, notice: Notice, *, now: datetime) -> contracts.SendAccountNotice:
    """The command to mail the owner of an address what happened to the account."""
    return contracts.SendAccountNotice(
        occurred_at=now,
        id=uuid4(),
        account_id=account.id,
        email=account.email,
        first_name=account.first_name,
        notice=notice,
    )


def _of_account(account: Account) -> contracts.AccountSnapshot:
    return from_attributes(contracts.AccountSnapshot, account)


def _of_structure(structure: Structure) -> contracts.StructureSnapshot:
    return from_attributes(contracts.StructureSnapshot, structure)


def _of_attachment(attachment: Attachment) -> contracts.AttachmentSnapshot:
    return from_attributes(contracts.AttachmentSnapshot, attachment)


def _of_statuses(statuses: tuple[Status, ...]) -> tuple[contracts.Status, ...]:
    return tuple(status.value for status in statuses)


def _of_request(request: StructureRequest) -> contracts.StructureRequestSnapshot:
    return from_attributes(contracts.StructureRequestSnapshot, request)
