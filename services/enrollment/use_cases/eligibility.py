"""Evaluate the rules for sessions before anybody makes a request: one by one, or all lines of a cart together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.enrollment.domain import cart
from services.enrollment.domain.paris import PARIS
from services.enrollment.domain.rules.registry import Verdict
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.standing import attachment_verdict, session_verdict
from services.enrollment.storage.access import Actor
from services.enrollment.storage.carts import ConsideredSession
from services.enrollment.storage.details import StructureName
from services.enrollment.storage.people import PersonStanding
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.request import requester_of
from shared.errors import NotFound, refuse


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """All verdicts about a request for one session."""

    session_id: UUID
    verdicts: Sequence[Verdict]

    @property
    def eligible(self) -> bool:
        return not any(verdict.blocks for verdict in self.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureAnswer:
    """The verdicts about all lines of a cart for one structure; None for a person who is beneficiary of none."""

    structure: StructureName | None
    lines: Sequence[SessionAnswer]

    @property
    def eligible(self) -> bool:
        return bool(self.lines) and all(line.eligible for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """A line of the cart with the draft of its motivation."""

    session: ConsideredSession
    motivation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartContent:
    """The lines of a cart, and the verdicts about them for each structure of the person."""

    lines: Sequence[CartLine]
    structures: Sequence[StructureAnswer]


async def verdicts(
    tx: Transaction, session_id: UUID, structure_id: UUID | None, *, actor: Actor, now: datetime
) -> Sequence[Verdict]:
    """Every rule with its verdict about one session. Raises NotFound for a session that is unknown here."""
    standing = await _standing(tx, structure_id, actor)
    considered = await tx.carts.considered(
        [session_id], account_id=actor.account_id, structure_id=standing.structure_id, now=now
    )
    if session_id not in considered:
        raise NotFound
    rules = await tx.rules.load()
    [answer] = _one_by_one([session_id], considered, standing, rules, actor, now=now)
    return answer.verdicts


async def verdicts_of_many(
    tx: Transaction, session_ids: Sequence[UUID], structure_id: UUID | None, *, actor: Actor, now: datetime
) -> list[SessionAnswer]:
    """The verdicts about each of many sessions, as if it were the only one."""
    standing = await _standing(tx, structure_id, actor)
    considered = await tx.carts.considered(
        session_ids, account_id=actor.account_id, structure_id=standing.structure_id, now=now
    )
    rules = await tx.rules.load()
    return _one_by_one(list(dict.fromkeys(session_ids)), considered, standing, rules, actor, now=now)


async def read_cart(tx: Transaction, *, actor: Actor, now: datetime) -> CartContent:
    """The person's cart, with the verdicts about all its lines together for each structure of the person."""
    drafts = await tx.carts.drafts(actor.account_id)
    rules = await tx.rules.load()
    standings = await tx.people.standings(actor.account_id)
    of_person = [each for each in standings if each.beneficiary is not None] or _nearest(standings)
    lines: Sequence[CartLine] = ()
    structures = []
    for standing in of_person:
        considered = await tx.carts.considered(
            list(drafts), account_id=actor.account_id, structure_id=standing.structure_id, now=now
        )
        lines = [CartLine(session=considered[each], motivation=drafts[each]) for each in drafts if each in considered]
        structure = None
        if standing.structure_id is not None:
            structure = StructureName(id=standing.structure_id, name=standing.structure_name)
        answers = _together([line.session for line in lines], standing, rules, actor, now=now)
        structures.append(StructureAnswer(structure=structure, lines=answers))
    return CartContent(lines=lines, structures=structures)


async def _standing(tx: Transaction, structure_id: UUID | None, actor: Actor) -> PersonStanding:
    """The person in the structure, or in their only one."""
    if structure_id is None and len(actor.beneficiary_of) > 1:
        refuse([("structure_id", "Vous êtes bénéficiaire dans plusieurs structures : indiquez laquelle.")])
    standings = await tx.people.standings(actor.account_id)
    if structure_id is None:
        [*beneficiary] = [each for each in standings if each.beneficiary is not None]
        return beneficiary[0] if beneficiary else _nearest(standings)[0]
    of_structure = [each for each in standings if each.structure_id == structure_id]
    return of_structure[0] if of_structure else NOBODY


NOBODY = PersonStanding(structure_id=None, structure_name="", state=None, beneficiary=None)


def _nearest(standings: Sequence[PersonStanding]) -> list[PersonStanding]:
    """The attachment that a person without the status `beneficiary` should hear about first."""
    order = {"active": 0, "requested": 1, "refused": 2, "ended": 3}
    return sorted(standings, key=lambda each: order[each.state or "ended"])[:1] or [NOBODY]


def _one_by_one(
    session_ids: Sequence[UUID],
    considered: dict[UUID, ConsideredSession],
    standing: PersonStanding,
    rules: Rules,
    actor: Actor,
    *,
    now: datetime,
) -> list[SessionAnswer]:
    answers = []
    for session_id in session_ids:
        session = considered.get(session_id)
        if session is None:
            unknown = [_attachment(standing), session_verdict(is_cancelled=False)]
            answers.append(SessionAnswer(session_id=session_id, verdicts=unknown))
        else:
            answers += _together([session], standing, rules, actor, now=now)
    return answers


def _together(
    sessions: Sequence[ConsideredSession], standing: PersonStanding, rules: Rules, actor: Actor, *, now: datetime
) -> list[SessionAnswer]:
    """The verdicts about sessions that are requested together; those that are not offered count for nothing."""
    offered = [each.wanted for each in sessions if each.is_offered]
    of_rules: dict[UUID, list[Verdict]] = {}
    if standing.structure_id is not None and standing.beneficiary is not None:
        requester = requester_of(actor, standing.structure_id, standing.beneficiary)
        together = cart.verdicts_together(rules, offered, requester, now=now.astimezone(PARIS))
        of_rules = {session.id: answers for session, answers in zip(offered, together, strict=True)}
    return [
        SessionAnswer(
            session_id=session.wanted.id,
            verdicts=[_attachment(standing), *_not_offered(session), *of_rules.get(session.wanted.id, ())],
        )
        for session in sessions
    ]


def _attachment(standing: PersonStanding) -> Verdict:
    is_beneficiary = standing.beneficiary is not None
    return attachment_verdict(standing.structure_name, standing.state, is_beneficiary=is_beneficiary)


def _not_offered(session: ConsideredSession) -> list[Verdict]:
    return [] if session.is_offered else [session_verdict(is_cancelled=session.summary.state != "scheduled")]
