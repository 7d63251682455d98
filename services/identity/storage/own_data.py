"""Everything that identity has of one person, but secrets."""

from typing import Final

from sqlalchemy import or_, select, union

from services.identity.storage.tables import (
    METADATA,
    accounts,
    attachments,
    budgets,
    change_reports,
    devices,
    erasures,
    families,
    identity_history,
    links,
    recovery_codes,
    refresh_tokens,
    second_factors,
    security_events,
    signing_keys,
    structure_invitations,
    structure_requests,
    structures,
)
from shared.own_data import ACCOUNT, Archive

_ACCOUNT = ("id", "civility", "first_name", "last_name", "email", "is_staff", "disabled", "created_at")
_ATTACHMENT = ("state", "statuses", "asked_at", "confirmed_at", "closed_at", "closing_reason")
_REQUEST = (
    *("name", "siret", "town", "contact_name", "contact_email", "state"),
    *("asked_at", "client", "answered_at", "answer"),
)
_LINK = ("purpose", "email", "civility", "first_name", "last_name", "created_at", "expires_at")
_SIGN_IN = ("client", "started_at", "last_used_at", "ended_at", "why_ended", "second_factor")
_ERASURE = ("asked_at", "acting_as", "reason", "state", "obligations", "ended_at")
_ADDRESS = select(accounts.c.email).where(accounts.c.id == ACCOUNT).scalar_subquery()

OWN_OBJECTS: Final = union(
    select(accounts.c.id).where(accounts.c.id == ACCOUNT),
    select(attachments.c.id).where(attachments.c.account_id == ACCOUNT),
    select(change_reports.c.id).where(change_reports.c.reported_by == ACCOUNT),
    select(structure_requests.c.id).where(structure_requests.c.contact_email == _ADDRESS),
)
"""What has a history that is about the person: the account, its attachments, what the person asked for or reported."""

ARCHIVE: Final = Archive(
    METADATA,
    {
        "account": select(*accounts.c[_ACCOUNT]).where(accounts.c.id == ACCOUNT),
        "attachments": select(structures.c.name.label("structure"), *attachments.c[_ATTACHMENT])
        .join(structures, structures.c.id == attachments.c.structure_id)
        .where(attachments.c.account_id == ACCOUNT)
        .order_by(attachments.c.asked_at),
        "structure_requests": select(*structure_requests.c[_REQUEST]).where(
            structure_requests.c.contact_email == _ADDRESS
        ),
        "change_reports": select(*change_reports.c["text", "state", "reported_at", "answered_at", "answer"]).where(
            change_reports.c.reported_by == ACCOUNT
        ),
        "history": select(*identity_history.c["act", "acting_as", "at", "note", "facts"])
        .where(identity_history.c.aggregate_id.in_(select(OWN_OBJECTS.subquery())))
        .order_by(identity_history.c.at),
        "links": select(*links.c[_LINK]).where(or_(links.c.account_id == ACCOUNT, links.c.email == _ADDRESS)),
        "structure_invitations": select(*structure_invitations.c["email", "contact_name", "expires_at"]).where(
            structure_invitations.c.email == _ADDRESS
        ),
        "sign_ins": select(*families.c[_SIGN_IN]).where(families.c.account_id == ACCOUNT),
        "devices": select(devices.c.used_at).where(devices.c.account_id == ACCOUNT),
        "second_factors": select(second_factors.c.confirmed_at).where(second_factors.c.account_id == ACCOUNT),
        "security_events": select(*security_events.c["at", "kind", "client", "note"]).where(
            security_events.c.account_id == ACCOUNT
        ),
        "erasures": select(*erasures.c[_ERASURE]).where(erasures.c.account_id == ACCOUNT),
    },
    left_out={
        "a secret, or a hash of one": (
            accounts.c.password_hash,
            links.c.hash,
            structure_invitations.c.hash,
            devices.c.token_hash,
            second_factors.c.secret,
            second_factors.c.pending,
            recovery_codes,
            refresh_tokens,
        ),
        "hashes that count attempts": (budgets,),
        "about a structure": (structures.c.siret, structures.c.town),
        "keys of the service": (signing_keys,),
    },
)
"""Sign-ins, links and security events are those that are still kept."""
