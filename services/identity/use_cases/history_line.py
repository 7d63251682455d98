"""The line of the history that a fact gets."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from services.identity.domain.accounts import (
    AccountMade,
    AccountMarked,
    AccountRenamed,
    AddressChanged,
    AddressProved,
    PasswordChanged,
    PasswordReset,
)
from services.identity.domain.attachments import (
    AttachmentConfirmed,
    AttachmentEnded,
    AttachmentRefused,
    AttachmentRequested,
    FirstUserAttached,
    FirstUserConfirmed,
    Status,
    StatusesChanged,
)
from services.identity.domain.closing import PeopleReceived, StructureClosed, StructureMerged, StructureReopened
from services.identity.domain.erasures import AccountErased
from services.identity.domain.sign_in_sessions import RefreshTokenReplayed
from services.identity.domain.structures import (
    ChangeReportClosed,
    Structure,
    StructureChangeReported,
    StructureRegistered,
    StructureRequestAccepted,
    StructureRequested,
    StructureRequestRefused,
    StructureUpdated,
)
from services.identity.storage.history import Author, HistoryLine
from services.identity.use_cases.announce import Fact


def line_about(fact: Fact, *, author: Author, now: datetime) -> HistoryLine:
    """The reason of a decision, and the answer to a report, are in the note."""
    aggregate_id, version = _aggregate(fact)
    return HistoryLine(
        aggregate_id=aggregate_id,
        version=version,
        act=type(fact).__name__,
        acted_by=author.account_id,
        acting_as=author.acting_as,
        at=now,
        note=_note(fact),
        facts=_facts(fact),
    )


def _note(fact: Fact) -> str | None:
    match fact:
        case AttachmentRefused() | AttachmentEnded() | StatusesChanged() | StructureRequestRefused():
            return fact.reason
        case StructureClosed() | StructureMerged() | StructureReopened() | PeopleReceived():
            return fact.reason
        case ChangeReportClosed(report):
            return report.answer
        case _:
            return None


def _aggregate(fact: Fact) -> tuple[UUID, int | None]:  # noqa: C901, PLR0911 - one return for each kind of aggregate
    match fact:
        case AccountMade(account) | AddressProved(account) | AccountRenamed(account) | AccountMarked(account):
            return account.id, account.version
        case AddressChanged(account=account) | AccountErased(account):
            return account.id, account.version
        case PasswordChanged(account) | PasswordReset(account):
            return account.id, None
        case RefreshTokenReplayed(account_id=account_id):
            return account_id, None
        case FirstUserAttached() | AttachmentRequested():
            return fact.attachment.id, fact.attachment.version
        case AttachmentConfirmed() | FirstUserConfirmed() | AttachmentRefused() | StatusesChanged() | AttachmentEnded():
            return fact.attachment.id, fact.attachment.version
        case StructureRegistered(structure) | StructureUpdated(structure=structure):
            return structure.id, structure.version
        case StructureClosed() | StructureMerged() | StructureReopened() | PeopleReceived():
            return fact.structure.id, fact.structure.version
        case StructureRequested(request) | StructureRequestAccepted(request) | StructureRequestRefused(request):
            return request.id, request.version
        case StructureChangeReported(report=report) | ChangeReportClosed(report):
            return report.id, report.version
        case _:
            assert_never(fact)


def _facts(fact: Fact) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 - one case for each fact
    match fact:
        case AccountMade(account):
            return {"is_staff": account.is_staff}
        case AccountMarked(account):
            return {"is_staff": account.is_staff, "disabled": account.disabled}
        case AccountErased(erasure=erasure):
            return {"erasure": str(erasure.id)}
        case AccountRenamed(fields=fields):
            return {"fields": list(fields)}
        case FirstUserAttached(attachment=attachment) | AttachmentRequested(attachment=attachment):
            return {"state": attachment.state.value, "statuses": _words(attachment.statuses)}
        case AttachmentConfirmed() | FirstUserConfirmed() | AttachmentRefused():
            return {"was": _words(fact.before), "statuses": _words(fact.attachment.statuses)}
        case StatusesChanged() | AttachmentEnded():
            changed = {"was": _words(fact.before), "statuses": _words(fact.attachment.statuses)}
            if fact.left_without_referent:
                return {**changed, "structure_without_referent": str(fact.attachment.structure_id)}
            return changed
        case StructureRegistered(structure):
            return {"name": structure.name, "siret": structure.siret}
        case StructureUpdated(before=before, structure=after):
            return _difference(before=before, after=after)
        case StructureMerged(into=into):
            return {"into": str(into.id), "into_name": into.name}
        case PeopleReceived(origin=origin):
            return {"from": str(origin.id), "from_name": origin.name, "people": len(fact.people)}
        case StructureRequestAccepted(structure=structure):
            return {"structure": str(structure.id), "is_member": structure.is_member}
        case StructureChangeReported(structure=structure):
            return {"structure": str(structure.id)}
        case StructureRequestRefused(silent=silent):
            return {"silent": True} if silent else {}
        case ChangeReportClosed(report):
            return {"state": report.state.value}
        case RefreshTokenReplayed(family_id=family_id):
            return {"family": str(family_id)}
        case AddressProved() | AddressChanged() | PasswordChanged() | PasswordReset() | StructureRequested():
            return {}
        case StructureClosed() | StructureReopened():
            return {}
        case _:
            assert_never(fact)


def _words(statuses: Sequence[Status]) -> list[str]:
    return [status.value for status in statuses]


def _difference(*, before: Structure, after: Structure) -> dict[str, Any]:
    old, new = asdict(before), asdict(after)
    changed = [name for name in old if old[name] != new[name] and name != "version"]
    return {"before": {name: old[name] for name in changed}, "after": {name: new[name] for name in changed}}
