"""Queues mails: finds the addresses of an audience, one row per recipient."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notifier.domain.copies import Account, Enrollment, Session
from services.notifier.domain.kinds import Audience, Kind
from services.notifier.storage.transaction import Transaction
from shared.messaging.subscriptions import NotYetKnown
from shared.telemetry import current_correlation_id


@dataclass(frozen=True, slots=True)
class Post:
    """A mail about to be addressed. `cause` is the fact that it follows from; the same cause heard again sends nothing again."""

    kind: Kind
    cause: str
    subject_id: UUID
    facts: Mapping[str, Any] = field(default_factory=dict, repr=False)
    delay: timedelta = timedelta(0)


async def post_to_address(
    tx: Transaction, post: Post, audience: Audience, email: str, account_id: UUID | None = None
) -> None:
    """Queue for one address."""
    await tx.mails.add(
        delay=post.delay,
        kind=post.kind,
        audience=audience,
        recipient=email,
        recipient_account_id=account_id,
        cause_message_id=post.cause,
        subject_id=post.subject_id,
        facts=dict(post.facts),
        correlation_id=current_correlation_id(),
    )


async def post_to(tx: Transaction, post: Post, audience: Audience, people: Iterable[Account]) -> None:
    """Queue for each of the people who can be reached."""
    for account in people:
        if account.reachable:
            await post_to_address(tx, post, audience, account.email, account.id)


async def known_account(tx: Transaction, account_id: UUID) -> Account:
    """The account, or NotYetKnown."""
    account = await tx.copies.account(account_id)
    if account is None:
        raise NotYetKnown(f"account {account_id}")
    return account


async def known_session(tx: Transaction, session_id: UUID) -> Session:
    """The session, or NotYetKnown."""
    session = await tx.copies.session(session_id)
    if session is None:
        raise NotYetKnown(f"session {session_id}")
    return session


async def require_structure(tx: Transaction, structure_id: UUID) -> None:
    """Raise NotYetKnown unless the structure was heard of."""
    if await tx.copies.structure(structure_id) is None:
        raise NotYetKnown(f"structure {structure_id}")


async def having(tx: Transaction, structure_id: UUID, status: Audience) -> list[Account]:
    """Who can be reached with that status in the structure; NotYetKnown while one of them is not."""
    found = []
    for account_id, account in await tx.copies.with_status(structure_id, status):
        if account is None:
            raise NotYetKnown(f"account {account_id}")
        found.append(account)
    return [account for account in found if account.reachable]


async def trainers_of(tx: Transaction, session: Session) -> list[Account]:
    """The trainers of a session."""
    return [await known_account(tx, trainer_id) for trainer_id in session.trainer_ids]


async def require_what_it_is_about(tx: Transaction, enrollment: Enrollment) -> None:
    """Raise NotYetKnown unless the person, the attachment, the structure and the session of a request were heard of."""
    await known_account(tx, enrollment.account_id)
    await known_session(tx, enrollment.session_id)
    await require_structure(tx, enrollment.structure_id)
    if not await tx.copies.is_attached(enrollment.account_id, enrollment.structure_id):
        raise NotYetKnown(f"attachment of {enrollment.account_id} to {enrollment.structure_id}")


async def post_about(
    tx: Transaction, post: Post, enrollment: Enrollment, *audiences: Audience, but: UUID | None = None
) -> None:
    """Queue for audiences of a request; nobody hears of what they did themselves (`but`).

    Who is in two audiences gets the mail of the first.
    """
    for audience in audiences:
        match audience:
            case Audience.PERSON:
                people = [await known_account(tx, enrollment.account_id)]
            case Audience.TRAINER:
                people = await trainers_of(tx, await known_session(tx, enrollment.session_id))
            case _:
                people = await having(tx, enrollment.structure_id, audience)
        await post_to(tx, post, audience, [account for account in people if account.id != but])
