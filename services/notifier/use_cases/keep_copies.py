"""Keeps the copies of what others said; storage ignores what is older than what is held."""

from uuid import UUID

from services.notifier.domain.copies import sheet_of
from services.notifier.storage.transaction import Transaction
from shared.contracts.catalogue import SessionSnapshot, TrainingSnapshot
from shared.contracts.enrollment import EnrollmentSnapshot
from shared.contracts.identity import AccountSnapshot, AttachmentSnapshot, StructureSnapshot


async def keep_account(tx: Transaction, account: AccountSnapshot) -> None:
    """Who somebody is, and at which address."""
    await tx.copies.keep_account(**account.model_dump(exclude={"civility"}), erased=False)


async def erase_account(tx: Transaction, account_id: UUID, version: int) -> None:
    """Leave a tombstone that no late snapshot lifts, and forget the person in the mails."""
    known = await tx.copies.account(account_id)
    await tx.copies.keep_account(
        id=account_id,
        version=version,
        first_name="",
        last_name="",
        email="",
        is_staff=False,
        disabled=True,
        erased=True,
    )
    sheets = [sheet_of(one.session_id, one.structure_id) for one in await tx.copies.of_account(account_id)]
    await tx.mails.erase(account_id, known.email if known else "", sheets)


async def keep_structure(tx: Transaction, structure: StructureSnapshot) -> None:
    """An organisation."""
    await tx.copies.keep_structure(**structure.model_dump(exclude={"is_member"}))


async def keep_attachment(tx: Transaction, attachment: AttachmentSnapshot) -> None:
    """Who belongs where, as what."""
    await tx.copies.keep_attachment(**{**attachment.model_dump(), "statuses": list(attachment.statuses)})


async def keep_training(tx: Transaction, training: TrainingSnapshot) -> None:
    """What is taught."""
    await tx.copies.keep_training(id=training.id, version=training.version, title=training.title, state=training.state)


async def keep_session(tx: Transaction, session: SessionSnapshot) -> None:
    """When and where."""
    await tx.copies.keep_session(
        id=session.id,
        version=session.version,
        training_id=session.training_id,
        training_title=session.training_title,
        place=session.place,
        slots=[slot.model_dump(mode="json") for slot in session.slots],
        trainer_ids=list(session.trainer_ids),
        state=session.state,
    )


async def keep_enrollment(tx: Transaction, enrollment: EnrollmentSnapshot) -> None:
    """Where a request stands."""
    await tx.copies.keep_enrollment(**enrollment.model_dump())
