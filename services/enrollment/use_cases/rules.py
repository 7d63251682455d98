"""Staff set the agency's rules."""

from collections.abc import Mapping
from datetime import datetime

from services.enrollment.storage.people import Actor
from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.seats import lock_training
from shared.errors import NotFound


class RuleChangedMeanwhile(Exception):
    """Somebody else set the rule since it was read."""

    sentence = "Quelqu'un a modifié cette règle entre-temps : rechargez-la."


async def set_rule(
    tx: Transaction,
    name: str,
    *,
    enabled: bool,
    value: Mapping[str, int],
    seen_version: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Set a rule and return its new version.

    A looser cap lets people have seats that are free: they get them in the same transaction. Every decision reads the rules
    under the lock of its training, so one that still read the old rule has committed before its training is filled here.
    """
    if not actor.is_staff:
        raise NotFound
    rules, versions = await tx.rules.with_versions()
    changed = rules.changed(name, enabled=enabled, value=value)
    if versions.get(name, 0) != seen_version or not await tx.rules.save(name, changed, seen_version + 1):
        raise RuleChangedMeanwhile
    if changed.cap != rules.cap:
        for training_id in await tx.due.with_free_seats(now):
            await (await lock_training(tx, training_id)).settle(now)
    return seen_version + 1
