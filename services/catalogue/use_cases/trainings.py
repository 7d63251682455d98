"""Staff write, publish, revise and archive trainings, and delete drafts."""

from datetime import datetime
from uuid import UUID, uuid4

from services.catalogue.domain.session import retitle
from services.catalogue.domain.training import (
    Revised,
    Syllabus,
    SyllabusChanges,
    archive,
    draft,
    publish,
    remove,
    revise,
)
from services.catalogue.storage.access import Actor
from services.catalogue.storage.transaction import Transaction
from services.catalogue.use_cases.record import record_session, record_training
from shared.errors import WrongFields, check_version


async def draft_training(tx: Transaction, syllabus: Syllabus, *, actor: Actor, now: datetime) -> UUID:
    """Create a training that only staff can see; return its id. Raises WrongFields for an unknown axis."""
    await _require_axis(tx, syllabus)
    return (await record_training(tx, draft(uuid4(), syllabus), actor=actor, now=now)).id


async def revise_training(
    tx: Transaction, training_id: UUID, changes: SyllabusChanges, *, expected: int, actor: Actor, now: datetime
) -> None:
    """Change the syllabus of a training. Raises WrongFields for an unknown axis, and IllegalTrainingMove.

    If the title changes, each upcoming session is announced again (with `moved` false), because snapshots of sessions
    carry the title. Past sessions keep the old one.
    """
    training = await tx.trainings.to_change(training_id, actor)
    check_version(expected, training.version)
    fact = revise(training, changes)
    if fact is None:
        return
    await _require_axis(tx, fact.training.syllabus)
    await record_training(tx, fact, actor=actor, now=now)
    if isinstance(fact, Revised) and "title" in fact.changed:
        for session in await tx.sessions.upcoming(training_id, actor, now=now):
            await record_session(tx, retitle(session), actor=actor, now=now)


async def publish_training(tx: Transaction, training_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Make a training visible to everybody. Raises IllegalTrainingMove."""
    training = await tx.trainings.to_change(training_id, actor)
    await record_training(tx, publish(training), actor=actor, now=now)


async def archive_training(tx: Transaction, training_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Stop offering a training. Raises IllegalTrainingMove."""
    training = await tx.trainings.to_change(training_id, actor)
    await record_training(tx, archive(training), actor=actor, now=now)


async def remove_draft(tx: Transaction, training_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Delete a draft. Raises IllegalTrainingMove."""
    training = await tx.trainings.to_change(training_id, actor)
    await record_training(tx, remove(training), actor=actor, now=now)


async def _require_axis(tx: Transaction, syllabus: Syllabus) -> None:
    if not await tx.axes.can_be_used(syllabus.axis_id):
        raise WrongFields([("axis_id", "Cet axe n'existe pas.")])
