"""From the cart to the requests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.rules import Situation, Verdict, eligibility
from services.enrollment.storage.copies import Actor
from services.enrollment.storage.enrollments import NotFound
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import EnrollmentRequested

PARIS = ZoneInfo("Europe/Paris")
"""The zone in which the agency's dates and calendar years are read."""


class NotAllowed(Exception):
    """Lines of a cart that cannot become requests: path and sentence for each."""

    def __init__(self, errors: list[tuple[str, str]]) -> None:
        super().__init__(errors)
        self.errors = errors


class TrainingTwiceInCart(Exception):
    """A cart holds one session of a training."""

    sentence = "Une autre session de cette formation est déjà dans votre panier : retirez-la d'abord."


async def add_to_cart(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Put a session into the cart; it is not a request yet."""
    session = await _session(tx, session_id)
    if not await tx.carts.add(actor.account_id, session_id, session.training_id, now):
        raise TrainingTwiceInCart


async def verdicts(tx: Transaction, session_id: UUID, structure_id: UUID, *, actor: Actor, now: datetime) -> list[Verdict]:
    """Every rule with its verdict, for this person of this structure and that session."""
    session = await _session(tx, session_id)
    if structure_id not in actor.beneficiary_of:
        raise NotFound
    starts = session.starts_at.astimezone(PARIS)
    actions, trainings = await tx.carts.reserved(actor.account_id, starts.year)
    held = await tx.enrollments.held_by_structure(session.training_id, now)
    situation = Situation(
        now=now.astimezone(PARIS),
        opens_at=session.opens_at.astimezone(PARIS),
        closes_at=session.closes_at.astimezone(PARIS),
        first_slot=starts,
        is_training=session.kind == "training",
        members_only=bool(session.members_only),
        structure_is_member=await tx.copies.is_member(structure_id),
        has_one_in_training=await tx.carts.has_one_in(actor.account_id, session.training_id),
        held_by_structure=held.get(structure_id, 0),
        actions_this_year=actions,
        trainings_this_year=trainings,
        is_employer=structure_id in actor.employer_of,
        has_other_employer=await tx.copies.has_other_employer(structure_id, actor.account_id),
    )
    return eligibility(await tx.rules.load(), situation)


async def validate_cart(
    tx: Transaction, structure_id: UUID, motivations: Mapping[UUID, str], *, actor: Actor, now: datetime
) -> list[Enrollment]:
    """Make one request of each line, all or none. `motivations`: the person's words by session, in the order of the lines."""
    if structure_id not in actor.beneficiary_of:
        raise NotAllowed([("structure_id", "Vous n'êtes pas bénéficiaire dans cette structure.")])
    await tx.copies.lock_account(actor.account_id)
    in_cart = {row.session_id for row in await tx.carts.lines(actor.account_id)}
    cart_id, made, errors = uuid4(), [], []
    for place, (session_id, motivation) in enumerate(motivations.items()):
        stopped = await _stopped(tx, session_id, structure_id, in_cart, actor=actor, now=now)
        if stopped is not None:
            errors.append((f"lines.{place}.session_id", stopped))
            continue
        session = await _session(tx, session_id)
        enrollment = Enrollment(uuid4(), 1, actor.account_id, structure_id, session.training_id, session_id, motivation, now)
        if not await tx.enrollments.add(enrollment):
            errors.append((f"lines.{place}.session_id", "Vous avez déjà une demande en cours pour cette formation."))
        await tx.carts.remove(actor.account_id, session_id)
        made.append(enrollment)
    if errors:
        raise NotAllowed(errors)
    for enrollment in made:
        tx.say(EnrollmentRequested(occurred_at=now, enrollment=snapshot(enrollment), cart_id=cart_id, cart_size=len(made)))
    return made


async def _stopped(tx: Transaction, session_id: UUID, structure_id: UUID, in_cart: set[UUID], *, actor: Actor, now: datetime) -> str | None:
    """The sentence of the first rule that stops this line, None when none does."""
    if session_id not in in_cart:
        return "Cette session n'est pas dans votre panier."
    said = await verdicts(tx, session_id, structure_id, actor=actor, now=now)
    return next((verdict.sentence for verdict in said if verdict.blocks), None)


async def _session(tx: Transaction, session_id: UUID) -> Row[Any]:
    session = await tx.copies.session_of(session_id)
    if session is None or session.state != "scheduled":
        raise NotFound
    return session
