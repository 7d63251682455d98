"""How long identity keeps each kind of data."""

from datetime import timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, literal_column

from services.identity.domain.sign_in_sessions import REFRESH_LIFE
from services.identity.storage.erasures import ERASED_TEXT
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
from shared.retention import Kept, Limited, LimitedByOwner, Retention

# constants in the SQL, not parameters: PostgreSQL must recognise the conditions of its partial indexes
_ERASED: Final[ColumnElement[str]] = literal_column("'(supprimé)'")
_OPEN: Final[ColumnElement[str]] = literal_column("'open'")

RETENTION: Final = Retention(
    METADATA,
    [
        Kept(table=structures, because="the register of structures; no personal data"),
        Limited(
            kind="accounts that nobody confirmed",
            since=accounts.c.created_at,
            age="keep_unconfirmed",
            rows=and_(
                ~accounts.c.proved,
                ~exists().where(attachments.c.account_id == accounts.c.id),
                ~exists().where(erasures.c.account_id == accounts.c.id),
            ),
            because="an invitation that nobody follows for so long is not wanted; it can be sent anew",
        ),
        Kept(table=accounts, because="as long as the person has the account: see erasure"),
        Kept(table=erasures, because="proves that and when an erasure took place"),
        Limited(
            kind="reasons of ended attachments",
            since=attachments.c.closed_at,
            age="keep_reasons",
            rows=and_(attachments.c.closing_reason.is_not(None), attachments.c.closing_reason != _ERASED),
            empties={"closing_reason": ERASED_TEXT},
            because="the person and the structure can ask why; the attachment itself is kept as long as the account",
        ),
        Limited(
            kind="contacts of requests for structures",
            since=structure_requests.c.answered_at,
            age="keep_contacts",
            rows=and_(structure_requests.c.contact_name != _ERASED, structure_requests.c.state != _OPEN),
            empties={"contact_name": ERASED_TEXT, "contact_email": "", "answer": None},
            because="the contact can ask about the answer; open requests stay",
        ),
        Limited(
            kind="texts of reported changes",
            since=change_reports.c.answered_at,
            age="keep_reasons",
            rows=and_(change_reports.c.text != _ERASED, change_reports.c.state != _OPEN),
            empties={"text": ERASED_TEXT, "answer": None},
            because="who reported the change can ask about the answer; open reports stay",
        ),
        Limited(
            kind="links in mails",
            since=links.c.expires_at,
            age=timedelta(0),
            because="an expired link has no use",
        ),
        Limited(
            kind="invitations of contacts",
            since=structure_invitations.c.expires_at,
            age=timedelta(0),
            because="an expired invitation has no use; staff send another",
        ),
        Limited(
            kind="limits of attempts", since=budgets.c.full_at, age=timedelta(0), because="a full budget needs no row"
        ),
        Limited(
            kind="known devices",
            since=devices.c.used_at,
            age="keep_devices",
            because="a device that somebody has signed in on has attempts of its own",
        ),
        Limited(
            kind="ended sign-ins",
            since=families.c.ended_at,
            age="keep_ended_sign_ins",
            because="a token that is used again is recognised as stolen; its tokens go with it",
        ),
        Limited(
            kind="sign-ins that nobody continued",
            since=families.c.last_used_at,
            age=REFRESH_LIFE + timedelta(days=1),
            rows=~exists().where(
                refresh_tokens.c.family_id == families.c.id,
                refresh_tokens.c.expires_at > literal_column("now() - interval '1 day'"),
            ),
            because="its last token has expired",
        ),
        Kept(table=refresh_tokens, because="hashes; they go with their sign-in"),
        Kept(table=second_factors, because="sealed; as long as the account"),
        Kept(table=recovery_codes, because="hashes; as long as the account, or until they are used"),
        LimitedByOwner(
            kind="security events",
            table=security_events,
            function="forget_security_events",
            age=timedelta(days=365),
            because="who misused an account is found out later; ids and words of the program only",
        ),
        Kept(table=signing_keys, because="keys without personal data; they go when no token needs them"),
        Limited(
            kind="reasons in the history of accounts, attachments and structures",
            since=identity_history.c.at,
            age="keep_reasons",
            rows=identity_history.c.note.is_not(None),
            empties={"note": None},
            chain="aggregate_id",
            because="who is asked why they decided so can answer; the line without the reason stays",
        ),
    ],
)
