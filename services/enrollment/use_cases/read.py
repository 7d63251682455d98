"""Complete requests for a reader: ranks and deadlines depend on the queue and the rules, so they are not stored."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.enrollment.domain.deadlines import deadlines
from services.enrollment.domain.readers import Relation, note_for
from services.enrollment.domain.rules.decision_deadline import DECISION_DEADLINE
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.domain.rules.yearly_quota import YEARLY_QUOTA, quota_use
from services.enrollment.domain.states import Approval, Seat
from services.enrollment.storage.access import Actor, Role
from services.enrollment.storage.details import EnrollmentDetails
from services.enrollment.storage.filters import Filters
from services.enrollment.storage.history import HistoryEntry
from services.enrollment.storage.listings import NEVER, Count, Key
from services.enrollment.storage.request_pages import Order
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.offer import Offered, with_moves


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPage:
    """A page of requests, with one more if there is a next page, and how many there are in all."""

    requests: Sequence[Offered]
    total: Count


def relations(actor: Actor, details: EnrollmentDetails) -> frozenset[Relation]:
    """What the acting person is to a request."""
    request = details.enrollment
    has: dict[Relation, bool] = {
        "person": actor.account_id == request.account_id,
        "employer": request.structure_id in actor.employer_of,
        "referent": request.structure_id in actor.referent_of,
        "trainer": actor.account_id in details.trainer_ids,
        "staff": actor.is_staff,
    }
    return frozenset(relation for relation, is_so in has.items() if is_so)


async def list_page(
    tx: Transaction,
    actor: Actor,
    role: Role,
    filters: Filters,
    *,
    order: Order,
    after: Key | None,
    limit: int,
    now: datetime,
) -> RequestPage:
    """A page of the requests that the person may see in that role."""
    rules = await tx.rules.load()
    requests = await requests_of(tx, actor, role, filters, rules=rules, order=order, after=after, limit=limit)
    total = await tx.listings.total(actor, role, filters)
    ranked = await with_ranks(tx, requests, now, rules=rules)
    complete = await _with_quotas(tx, ranked, rules, actor=actor, now=now)
    return RequestPage(requests=await with_moves(tx, complete, rules, actor=actor, now=now), total=total)


async def requests_of(
    tx: Transaction,
    actor: Actor,
    role: Role,
    filters: Filters,
    *,
    rules: Rules,
    order: Order,
    after: Key | None,
    limit: int,
) -> Sequence[EnrollmentDetails]:
    """The requests without ranks."""
    deadline = rules.in_force(DECISION_DEADLINE)
    return [
        _with_deadlines(details, rules)
        for details in await tx.listings.enrollments(
            actor,
            role,
            filters,
            after=after,
            limit=limit,
            order=order,
            deadline_days=NEVER if deadline is None else deadline.days,
        )
    ]


async def one(tx: Transaction, enrollment_id: UUID, actor: Actor, now: datetime) -> Offered:
    """A request that the person may see. Raises NotFound."""
    details = await tx.enrollments.load(enrollment_id, actor, "reader")
    rules = await tx.rules.load()
    ranked = await with_ranks(tx, [_with_deadlines(details, rules)], now, rules=rules)
    complete = await _with_quotas(tx, ranked, rules, actor=actor, now=now)
    [offered] = await with_moves(tx, complete, rules, actor=actor, now=now)
    return offered


async def history(tx: Transaction, enrollment_id: UUID, actor: Actor) -> list[HistoryEntry]:
    """The moves of a request, from the request itself on, with the words that are for the person."""
    details = await tx.enrollments.load(enrollment_id, actor, "reader")
    readers = relations(actor, details)
    return [
        replace(entry, note=note_for(readers, act=entry.move, acting_as=entry.acting_as, note=entry.note))
        for entry in await tx.history.told(details)
    ]


async def with_ranks(
    tx: Transaction, requests: Sequence[EnrollmentDetails], now: datetime, *, rules: Rules
) -> Sequence[EnrollmentDetails]:
    """The same requests, with the ranks of those that are queued."""
    trainings = {each.enrollment.training_id for each in requests if each.enrollment.seat is Seat.QUEUED}
    if not trainings:
        return requests
    cap = structure_cap(rules)
    queues = await tx.seats.queues(sorted(trainings), now)
    return [
        replace(each, rank=queues[each.enrollment.training_id].rank_of(each.enrollment, cap=cap))
        if each.enrollment.seat is Seat.QUEUED
        else each
        for each in requests
    ]


async def _with_quotas(
    tx: Transaction, requests: Sequence[EnrollmentDetails], rules: Rules, *, actor: Actor, now: datetime
) -> Sequence[EnrollmentDetails]:
    """The same requests; those that the person can decide for an employer have the use of the yearly quota.

    One statement counts for all of them, and none runs if the rule is off.
    """
    quota = rules.in_force(YEARLY_QUOTA)
    to_decide = [
        each.enrollment.id
        for each in requests
        if each.enrollment.approval is Approval.AWAITING_EMPLOYER and relations(actor, each) & {"employer", "staff"}
    ]
    if quota is None or not to_decide:
        return requests
    counted = await tx.yearly_counts.of_requests(to_decide)
    return [
        replace(
            each,
            quota=quota_use(
                quota,
                counted[each.enrollment.id].this_year,
                starts_at=each.session.starts_at,
                members_only=counted[each.enrollment.id].members_only,
                now=now,
            ),
        )
        if each.enrollment.id in counted
        else each
        for each in requests
    ]


def _with_deadlines(details: EnrollmentDetails, rules: Rules) -> EnrollmentDetails:
    until = deadlines(rules, asked_at=details.enrollment.employer_asked_at, starts_at=details.session.starts_at)
    return replace(details, deadlines=until)
