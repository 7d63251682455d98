"""Staff set the agency's rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.enrollment.domain.rules.promotion_freeze import promotion_freeze
from services.enrollment.domain.rules.registry import rule_named
from services.enrollment.domain.rules.rule_set import Setting
from services.enrollment.domain.rules.structure_cap import structure_cap
from services.enrollment.storage.access import Actor
from services.enrollment.storage.rules import rule_value
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.seats import allocate_free_seats
from shared.errors import NotFound, check_version


async def set_rule(
    tx: Transaction,
    name: str,
    *,
    enabled: bool,
    value: Mapping[str, Any],
    expected_version: int,
    actor: Actor,
    now: datetime,
) -> Setting[Any]:
    """Set a rule from now on, and return its new setting. For staff only.

    If the cap is higher, or the freeze shorter, the free seats that it allows are given in the same transaction. Every
    decision reads the rules under the lock of its training. So a decision with the old rule has committed before the
    seats of its training are given here, and a decision that gets its lock afterwards reads the new rule.

    The last version is read before the setting in force. If two people set a rule at the same time, either the second
    one finds that the setting in force is newer than the expected version, or both add the same version, and the
    primary key of the table refuses the second row.

    The right is read again at the end, when no lock is waited for any more.
    """
    if not actor.is_staff:
        raise NotFound
    rule = rule_named(name)
    new_value = rule_value(rule, value)
    last_version = await tx.rules.last_version(name)
    before = await tx.rules.load()
    check_version(expected_version, before.setting(rule).version)
    setting = Setting(version=last_version + 1, enabled=enabled, value=new_value)
    await tx.rules.add(rule, setting, effective_from=now, set_by=actor.account_id, set_at=now)
    after = before.changed(rule, setting)
    if (structure_cap(after), promotion_freeze(after)) != (structure_cap(before), promotion_freeze(before)):
        for training_id in await tx.clock.upcoming(now):
            await allocate_free_seats(tx, training_id, now=now)
    rights = await tx.people.actor(actor.account_id)
    if rights is None or not rights.is_staff:
        raise NotFound
    return setting
