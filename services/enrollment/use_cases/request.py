"""Put sessions into the cart, evaluate the rules for them, and turn the cart into requests."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from services.enrollment.domain import cart
from services.enrollment.domain.cart import Requester, WantedSession
from services.enrollment.domain.facts import Requested
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.one_session_per_training import ALREADY_REQUESTED
from services.enrollment.domain.rules.registry import Verdict
from services.enrollment.storage.access import Actor
from services.enrollment.storage.details import EnrollmentDetails, PersonName, SessionSummary, StructureName
from services.enrollment.storage.people import BeneficiaryStanding
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.record import record_requests
from shared.errors import NotFound, Refused, WrongFields, refuse


class TrainingTwiceInCart(Refused):
    """A cart holds at most one session of a training."""

    sentence = "Une autre session de cette formation est déjà dans votre panier : retirez-la d'abord."


async def add_to_cart(tx: Transaction, session_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Put a session into the cart. This makes no request yet."""
    session = await _offered(tx, session_id, None, actor=actor, now=now)
    if not await tx.carts.add(
        account_id=actor.account_id, session_id=session_id, training_id=session.training_id, now=now
    ):
        raise TrainingTwiceInCart


async def verdicts(
    tx: Transaction, session_id: UUID, structure_id: UUID | None, *, actor: Actor, now: datetime
) -> list[Verdict]:
    """Every rule with its verdict about a request of the person for the session.

    A person who is beneficiary of only one structure may leave out the structure.
    """
    if structure_id is None and len(actor.beneficiary_of) > 1:
        refuse([("structure_id", "Vous êtes bénéficiaire dans plusieurs structures : indiquez laquelle.")])
    structure_id = structure_id or next(iter(actor.beneficiary_of), None)
    if structure_id is None:
        raise NotFound
    standing = await tx.people.standing(account_id=actor.account_id, structure_id=structure_id)
    if standing is None:
        raise NotFound
    session = await _offered(tx, session_id, structure_id, actor=actor, now=now)
    rules = await tx.rules.load()
    return cart.verdicts(rules, session, _requester(actor, structure_id, standing), now=now.astimezone(PARIS))


async def validate_cart(
    tx: Transaction, structure_id: UUID, motivations: Mapping[UUID, str], *, actor: Actor, now: datetime
) -> list[EnrollmentDetails]:
    """Make one request for each line, or none at all if one line is refused.

    `motivations` has the motivation for each session, in the order of the lines. The rules are read after the locks:
    see `set_rule`.
    """
    standing = await tx.people.standing(account_id=actor.account_id, structure_id=structure_id, lock=True)
    if standing is None:
        raise WrongFields([("structure_id", "Vous n'êtes pas bénéficiaire dans cette structure.")])
    wanted = await tx.carts.wanted(
        list(motivations), account_id=actor.account_id, structure_id=structure_id, now=now, lock=True
    )
    rules = await tx.rules.load()
    requester = _requester(actor, structure_id, standing)
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
    return [_details(fact, standing, wanted[fact.enrollment.session_id]) for fact in facts]


async def _record(tx: Transaction, facts: list[Requested], *, now: datetime) -> None:
    """Store the requests and emit their messages. If the database refuses one request, all of them are refused."""
    added = await record_requests(tx, facts, now=now)
    _refuse_lines({line: ALREADY_REQUESTED for line, fact in enumerate(facts) if fact.enrollment.id not in added})


def _refuse_lines(stops: Mapping[int, str]) -> None:
    refuse([(f"lines.{line}.session_id", sentence) for line, sentence in stops.items()])


def _requester(actor: Actor, structure_id: UUID, standing: BeneficiaryStanding) -> Requester:
    return Requester(
        account_id=actor.account_id,
        structure_id=structure_id,
        structure_is_member=standing.is_member,
        is_employer=standing.is_employer,
        has_other_employer=standing.has_other_employer,
    )


def _details(fact: Requested, standing: BeneficiaryStanding, session: WantedSession) -> EnrollmentDetails:
    request = fact.enrollment
    return EnrollmentDetails(
        enrollment=request,
        motivation=fact.motivation,
        person=PersonName(id=request.account_id, first_name=standing.first_name, last_name=standing.last_name),
        structure=StructureName(id=request.structure_id, name=standing.structure_name),
        session=SessionSummary(
            id=session.id,
            title=session.title,
            place=session.place,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
        ),
        trainer_ids=session.trainer_ids,
    )


async def _offered(
    tx: Transaction, session_id: UUID, structure_id: UUID | None, *, actor: Actor, now: datetime
) -> WantedSession:
    wanted = await tx.carts.wanted([session_id], account_id=actor.account_id, structure_id=structure_id, now=now)
    if session_id not in wanted:
        raise NotFound
    return wanted[session_id]
