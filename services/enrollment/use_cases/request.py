"""Put sessions into the cart, and turn the cart into requests."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from services.enrollment.domain import cart
from services.enrollment.domain.cart import Requester
from services.enrollment.domain.deadlines import deadlines
from services.enrollment.domain.facts import Requested
from services.enrollment.domain.offers import Circumstances, offered
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.one_session_per_training import ALREADY_REQUESTED
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.storage.access import Actor
from services.enrollment.storage.carts import ConsideredSession
from services.enrollment.storage.details import EnrollmentDetails, PersonName, StructureName
from services.enrollment.storage.people import BeneficiaryStanding
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.offer import Offered, with_moves
from services.enrollment.use_cases.record import record_requests
from shared.errors import NotFound, Refused, WrongFields, refuse


class TrainingTwiceInCart(Refused):
    """A cart holds at most one session of a training."""

    sentence = "Une autre session de cette formation est déjà dans votre panier : retirez-la d'abord."


async def add_to_cart(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Put a session into the cart. This makes no request yet."""
    found = await tx.carts.considered([session_id], account_id=actor.account_id, structure_id=None, now=now)
    if session_id not in found or not found[session_id].is_offered:
        raise NotFound
    training_id = found[session_id].wanted.training_id
    if not await tx.carts.add(account_id=actor.account_id, session_id=session_id, training_id=training_id, now=now):
        raise TrainingTwiceInCart


async def keep_draft(tx: Transaction, session_id: UUID, motivation: str, *, actor: Actor) -> None:
    """Keep the draft of a motivation with its line of the cart. Raises NotFound if the session is not in it."""
    if not await tx.carts.keep_draft(account_id=actor.account_id, session_id=session_id, motivation=motivation):
        raise NotFound


async def validate_cart(
    tx: Transaction, structure_id: UUID, motivations: Mapping[UUID, str], *, actor: Actor, now: datetime
) -> list[Offered]:
    """Make one request for each line, or none at all if one line is refused.

    `motivations` has the motivation for each session, in the order of the lines. The rules are read after the locks:
    see `set_rule`.
    """
    standing = await tx.people.standing(account_id=actor.account_id, structure_id=structure_id, lock=True)
    if standing is None:
        raise WrongFields([("structure_id", "Vous n'êtes pas bénéficiaire dans cette structure.")])
    considered = await tx.carts.considered(
        list(motivations), account_id=actor.account_id, structure_id=structure_id, now=now, lock=True
    )
    wanted = {session_id: each.wanted for session_id, each in considered.items() if each.is_offered}
    rules = await tx.rules.load()
    requester = requester_of(actor, structure_id, standing)
    sessions = [wanted.get(session_id) for session_id in motivations]
    _refuse_lines(cart.stops(rules, sessions, requester, now=now.astimezone(PARIS)))
    cart_id = uuid4()
    facts = [
        cart.request(
            wanted[session_id],
            requester,
            enrollment_id=uuid4(),
            motivation=motivation,
            cart_id=cart_id,
            cart_size=len(motivations),
            at=now,
            rules=rules,
        )
        for session_id, motivation in motivations.items()
    ]
    await _record(tx, facts, now=now)
    details = [_details(fact, standing, considered[fact.enrollment.session_id], rules) for fact in facts]
    if standing.is_employer:  # who may decide on the own request depends on the other employers
        return await with_moves(tx, details, rules, actor=actor, now=now)
    return [_offered_to_the_person(each, now=now) for each in details]


async def _record(tx: Transaction, facts: list[Requested], *, now: datetime) -> None:
    """Store the requests and emit their messages. If the database refuses one request, all of them are refused."""
    added = await record_requests(tx, facts, now=now)
    _refuse_lines({line: ALREADY_REQUESTED for line, fact in enumerate(facts) if fact.enrollment.id not in added})


def _refuse_lines(stops: Mapping[int, str]) -> None:
    refuse([(f"lines.{line}.session_id", sentence) for line, sentence in stops.items()])


def requester_of(actor: Actor, structure_id: UUID, standing: BeneficiaryStanding) -> Requester:
    return Requester(
        account_id=actor.account_id,
        structure_id=structure_id,
        structure_is_member=standing.is_member,
        is_employer=standing.is_employer,
        has_other_employer=standing.has_other_employer,
    )


def _details(
    fact: Requested, standing: BeneficiaryStanding, considered: ConsideredSession, rules: Rules
) -> EnrollmentDetails:
    request, session = fact.enrollment, considered.wanted
    return EnrollmentDetails(
        enrollment=request,
        motivation=fact.motivation,
        person=PersonName(id=request.account_id, first_name=standing.first_name, last_name=standing.last_name),
        structure=StructureName(id=request.structure_id, name=standing.structure_name),
        session=considered.summary,
        trainer_ids=session.trainer_ids,
        held_by_structure=session.held_by_structure,
        deadlines=deadlines(rules, asked_at=request.employer_asked_at, starts_at=session.starts_at),
    )


def _offered_to_the_person(details: EnrollmentDetails, *, now: datetime) -> Offered:
    """A request that was just made: no decision was taken, and no seat given."""
    session = details.session
    circumstances = Circumstances(
        now=now, starts_at=session.starts_at, ends_at=session.ends_at, takes_place=True, capacity=0, held=0
    )
    person = details.enrollment.account_id
    moves = offered(details.enrollment, actor=person, roles=["beneficiary"], now=circumstances)
    return Offered(details=details, moves=moves)
