"""Staff write trainings, show them, revise them, and take them out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.catalogue.domain.session import follow
from services.catalogue.domain.training import Revised, Syllabus, archive, draft, publish, revise
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.settle import settle_session, settle_training
from shared.errors import WrongFields, check_version


async def draft_training(tx: Transaction, syllabus: Syllabus, *, actor: Actor, now: datetime) -> UUID:
    """Write a training that only staff see; return its id."""
    await _require_axis(tx, syllabus)
    return (await settle_training(tx, draft(uuid4(), syllabus), actor=actor, now=now)).id


async def revise_training(
    tx: Transaction, training_id: UUID, changes: Mapping[str, Any], *, expected: int, actor: Actor, now: datetime
) -> None:
    """Let a training say something else.

    Snapshots of sessions carry its title: with another title, each session that is not over is said again, though nothing moved.
    Those that are over took place under the title of then.
    """
    training = await tx.trainings.to_change(training_id, actor)
    check_version(expected, training.version)
    syllabus = replace(training.syllabus, **changes)
    fact = revise(training, syllabus)
    if fact is None:
        return
    await _require_axis(tx, syllabus)
    await settle_training(tx, fact, actor=actor, now=now)
    if isinstance(fact, Revised) and fact.retitled:
        for session in await tx.sessions.coming(training_id, actor, now=now):
            await settle_session(tx, follow(session), actor=actor, now=now)


async def publish_training(tx: Transaction, training_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Show a training to everybody."""
    training = await tx.trainings.to_change(training_id, actor)
    await settle_training(tx, publish(training), actor=actor, now=now)


async def archive_training(tx: Transaction, training_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Offer a training no longer."""
    training = await tx.trainings.to_change(training_id, actor)
    await settle_training(tx, archive(training), actor=actor, now=now)


async def _require_axis(tx: Transaction, syllabus: Syllabus) -> None:
    if not await tx.axes.exists(syllabus.axis_id):
        raise WrongFields([("axis_id", "Cet axe n'existe pas.")])
