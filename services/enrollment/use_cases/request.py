"""From the cart to the requests."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.rules import Rules, Situation, Verdict, eligibility
from services.enrollment.storage.details import EnrollmentDetails, PersonName, SessionSummary, StructureName
from services.enrollment.storage.people import Actor, BeneficiaryStanding
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.paris import PARIS
from services.enrollment.use_cases.snapshots import snapshot
from shared.contracts.enrollment import EnrollmentRequested
from shared.errors import NotFound

ALREADY = "Vous avez déjà une demande en cours pour cette formation."


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
    session = await _offered(tx, session_id, None, actor=actor, now=now)
    if not await tx.carts.add(actor.account_id, session_id, session.training_id, now):
        raise TrainingTwiceInCart


async def verdicts(
    tx: Transaction, session_id: UUID, structure_id: UUID | None, *, actor: Actor, now: datetime
) -> list[Verdict]:
    """Every rule with its verdict, for this person and that session; the structure may be left out by who has only one."""
    if structure_id is None:
        if len(actor.beneficiary_of) > 1:
            raise NotAllowed(
                [("structure_id", "Vous êtes bénéficiaire dans plusieurs structures : indiquez laquelle.")]
            )
        structure_id = next(iter(actor.beneficiary_of), None)
    ground = None if structure_id is None else await tx.people.standing(actor.account_id, structure_id)
    if ground is None or structure_id is None:
        raise NotFound
    session = await _offered(tx, session_id, structure_id, actor=actor, now=now)
    return eligibility(
        await tx.rules.load(), _situation(session, ground, is_employer=structure_id in actor.employer_of, now=now)
    )


async def validate_cart(
    tx: Transaction, structure_id: UUID, motivations: Mapping[UUID, str], *, actor: Actor, now: datetime
) -> list[EnrollmentDetails]:
    """Make one request of each line, all or none. `motivations`: the person's words by session, in the order of the lines."""
    ground = await tx.people.standing(actor.account_id, structure_id, lock=True)
    if ground is None:
        raise NotAllowed([("structure_id", "Vous n'êtes pas bénéficiaire dans cette structure.")])
    account_id = actor.account_id
    wanted = await tx.carts.wanted(
        list(motivations), account_id=account_id, structure_id=structure_id, now=now, lock=True
    )
    stops = _stops(
        await tx.rules.load(), wanted, list(motivations), ground, is_employer=structure_id in actor.employer_of, now=now
    )
    if stops:
        raise NotAllowed([(f"lines.{line}.session_id", sentence) for line, sentence in stops.items()])
    made = [
        Enrollment(uuid4(), 1, account_id, structure_id, wanted[session_id].training_id, session_id, motivation, now)
        for session_id, motivation in motivations.items()
    ]
    added = await tx.enrollments.add(made, now)
    if len(added) < len(made):
        raise NotAllowed(
            [(f"lines.{line}.session_id", ALREADY) for line, one in enumerate(made) if one.id not in added]
        )
    await tx.carts.remove(account_id, list(motivations))
    cart_id = uuid4()
    for enrollment in made:
        tx.emit(
            EnrollmentRequested(occurred_at=now, enrollment=snapshot(enrollment), cart_id=cart_id, cart_size=len(made))
        )
    return [_seen(enrollment, ground, wanted[enrollment.session_id]) for enrollment in made]


def _stops(
    rules: Rules,
    wanted: Mapping[UUID, Row[Any]],
    session_ids: list[UUID],
    ground: BeneficiaryStanding,
    *,
    is_employer: bool,
    now: datetime,
) -> dict[int, str]:
    """The sentence of the first rule that stops each line, by its place; the lines before it count for the year's quota."""
    found: dict[int, str] = {}
    actions, trainings = Counter[int](), Counter[int]()
    for line, session_id in enumerate(session_ids):
        session = wanted.get(session_id)
        if session is None or not session.in_cart:
            found[line] = "Cette session n'est pas dans votre panier, ou n'est plus proposée."
            continue
        situation = _situation(
            session,
            ground,
            is_employer=is_employer,
            now=now,
            actions=actions[session.year],
            trainings=trainings[session.year],
        )
        stop = next((verdict.sentence for verdict in eligibility(rules, situation) if verdict.blocks), None)
        if stop is not None:
            found[line] = stop
        actions[session.year] += 1
        trainings[session.year] += session.kind == "training"
    return found


def _situation(
    session: Row[Any],
    ground: BeneficiaryStanding,
    *,
    is_employer: bool,
    now: datetime,
    actions: int = 0,
    trainings: int = 0,
) -> Situation:
    """What the rules look at; `actions` and `trainings` are asked for in the same cart and the same year."""
    return Situation(
        now=now.astimezone(PARIS),
        opens_at=session.opens_at.astimezone(PARIS),
        closes_at=session.closes_at.astimezone(PARIS),
        first_slot=session.starts_at.astimezone(PARIS),
        is_training=session.kind == "training",
        members_only=session.members_only,
        structure_is_member=ground.is_member,
        has_open_in_training=session.has_open,
        has_attended_training=session.has_attended,
        held_by_structure=session.held_by_structure,
        actions_this_year=session.actions + actions,
        trainings_this_year=session.trainings + trainings,
        is_employer=is_employer,
        has_other_employer=ground.has_other_employer,
    )


def _seen(enrollment: Enrollment, ground: BeneficiaryStanding, session: Row[Any]) -> EnrollmentDetails:
    return EnrollmentDetails(
        enrollment=enrollment,
        person=PersonName(id=enrollment.account_id, first_name=ground.first_name, last_name=ground.last_name),
        structure=StructureName(id=enrollment.structure_id, name=ground.structure_name),
        session=SessionSummary(
            id=enrollment.session_id,
            title=session.title,
            place=session.place,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
        ),
        trainer_ids=frozenset(session.trainer_ids),
    )


async def _offered(
    tx: Transaction, session_id: UUID, structure_id: UUID | None, *, actor: Actor, now: datetime
) -> Row[Any]:
    wanted = await tx.carts.wanted([session_id], account_id=actor.account_id, structure_id=structure_id, now=now)
    if session_id not in wanted:
        raise NotFound
    return wanted[session_id]
