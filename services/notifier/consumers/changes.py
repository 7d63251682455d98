"""What the notifier does with enrollment's events about requests put right, reminders, proposals and messages."""

from typing import Final

from services.notifier.domain.audience import Audience
from services.notifier.domain.mails.changes import (
    DECISION_UNDONE,
    LEFT_SESSION,
    PROPOSAL,
    PROPOSAL_DECLINED,
    REMINDER_TO_ANSWER,
    REMINDER_TO_DECIDE,
    REMINDER_TO_VALIDATE,
    REOPENED,
    REQUESTS_LEFT_OPEN,
    TRANSFERRED,
)
from services.notifier.domain.mails.request import REQUEST_TO_DECIDE, REQUEST_TO_VALIDATE
from services.notifier.domain.mails.session import SESSION_MESSAGE
from services.notifier.storage.transaction import Transaction
from services.notifier.use_cases.about_requests import actor, asking, mail_about, request_of
from services.notifier.use_cases.ask_again import ask_again
from services.notifier.use_cases.known import (
    known_account,
    known_session,
    people_with_status,
    reachable_accounts,
    require_structure,
    trainers_of,
)
from services.notifier.use_cases.queue_mails import (
    NewMail,
    queue_about_request,
    queue_for_deciders,
    queue_for_desk,
    queue_for_people,
    queue_for_trainers,
)
from shared.contracts.enrollment import (
    DecisionReminded,
    DecisionUndone,
    EnrollmentReopened,
    EnrollmentStructureChanged,
    EnrollmentTransferred,
    SendSessionMessage,
)
from shared.contracts.proposals import ParticipationProposed, ProposalDeclined, RequestsLeftOpen
from shared.messaging.subscriptions import Subscriptions

OF_EMPLOYERS: Final = frozenset({"accept", "refuse"})

subscriptions = Subscriptions[Transaction]()


@subscriptions.on(DecisionUndone)
async def when_a_decision_is_undone(message: DecisionUndone, tx: Transaction) -> None:
    """Notify whoever may have been told of the decision, except who undid it."""
    request = await request_of(tx, message.enrollment)
    usual = "employer" if message.decision in OF_EMPLOYERS else "trainer"
    who = await actor(tx, message.undone_by, message.acting_as, request, usual=usual)
    facts = {"decision": message.decision, "approval": request.approval, **who}
    mail = mail_about(DECISION_UNDONE, message, facts)
    await queue_about_request(tx, mail, request, acted_by=message.undone_by)


@subscriptions.on(EnrollmentReopened)
async def when_a_request_is_reopened(message: EnrollmentReopened, tx: Transaction) -> None:
    """Ask whoever has to decide now, and notify the others."""
    request = await request_of(tx, message.enrollment)
    await tx.copies.end_with_session(request.id, None)
    facts = {"reason": message.reason, "closed_as": message.closed_as, "by": "staff"}
    without = [Audience.TRAINER] if request.seat != "held" else []
    if request.approval == "awaiting_employer":
        without.append(Audience.EMPLOYER)
        decide_before = message.decide_before.isoformat() if message.decide_before else None
        mail = await asking(tx, REQUEST_TO_DECIDE, message, decide_before=decide_before)
        await queue_for_deciders(tx, mail, request)
    if request.approval == "awaiting_trainer" and request.seat == "held":
        without.append(Audience.TRAINER)
        mail = await asking(tx, REQUEST_TO_VALIDATE, message, seat="held")
        await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)
    await queue_about_request(tx, mail_about(REOPENED, message, facts), request, without=without)


@subscriptions.on(EnrollmentTransferred)
async def when_a_request_is_transferred(message: EnrollmentTransferred, tx: Transaction) -> None:
    """Notify the person, the employers, and the trainers of both sessions."""
    request = await request_of(tx, message.enrollment)
    await known_session(tx, message.from_session_id)
    who = await actor(tx, message.transferred_by, message.acting_as, request, usual="staff")
    facts = {"reason": message.reason, "from_session_id": str(message.from_session_id), **who}
    to_validate = request.approval == "awaiting_trainer" and request.seat == "held"
    if to_validate:
        mail = await asking(tx, REQUEST_TO_VALIDATE, message, seat="held")
        await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)
    without = (Audience.TRAINER,) if to_validate or request.seat != "held" else ()
    mail = mail_about(TRANSFERRED, message, facts)
    await queue_about_request(tx, mail, request, without=without, acted_by=message.transferred_by)
    here = {trainer.id for trainer in await trainers_of(tx, request.session_id)}
    left = [trainer for trainer in await trainers_of(tx, message.from_session_id) if trainer.id not in here]
    facts = {"session_id": str(message.from_session_id), "person_id": str(request.account_id)}
    mail = mail_about(LEFT_SESSION, message, facts)
    left = [trainer for trainer in left if trainer.id not in {request.account_id, message.transferred_by}]
    await queue_for_people(tx, mail, Audience.TRAINER, left)


@subscriptions.on(EnrollmentStructureChanged)
async def when_a_request_changes_its_structure(message: EnrollmentStructureChanged, tx: Transaction) -> None:
    """Ask the people of the new structure for what waits. The person is told with the end of the old attachment."""
    request = await request_of(tx, message.enrollment)
    await ask_again(tx, request.structure_id, f"{message.wire_name}:{request.id}:{request.version}")


@subscriptions.on(DecisionReminded)
async def when_a_decision_is_reminded(message: DecisionReminded, tx: Transaction) -> None:
    """Remind whoever keeps the request waiting. A word that is not known here reminds nobody."""
    request = await request_of(tx, message.enrollment)
    decide_before = message.decide_before.isoformat() if message.decide_before else None
    cause = f"{message.wire_name}:{request.id}:{request.version}:{message.occasion}"
    match message.awaited:
        case "employer":
            mail = await asking(tx, REMINDER_TO_DECIDE, message, cause=cause, decide_before=decide_before)
            await queue_for_deciders(tx, mail, request)
        case "trainer":
            mail = await asking(tx, REMINDER_TO_VALIDATE, message, cause=cause)
            await queue_for_trainers(tx, mail, request.session_id, except_for=request.account_id)
        case "answer":
            mail = NewMail(spec=REMINDER_TO_ANSWER, cause=cause, subject_id=request.id)
            await queue_about_request(tx, mail, request)
        case _:
            return


@subscriptions.on(ParticipationProposed)
async def when_participation_is_proposed(message: ParticipationProposed, tx: Transaction) -> None:
    """Ask the person for consent."""
    proposal = message.proposal
    person = await known_account(tx, proposal.account_id)
    proposer = await known_account(tx, message.proposed_by)
    await known_session(tx, proposal.session_id)
    await require_structure(tx, proposal.structure_id)
    facts = {
        "session_id": str(proposal.session_id),
        "structure_id": str(proposal.structure_id),
        "from_session_id": str(proposal.from_session_id) if proposal.from_session_id else None,
        "by": message.acting_as,
        "by_name": "" if message.acting_as == "staff" else proposer.full_name,
        "reason": message.reason,
        "expires_at": message.expires_at.isoformat(),
    }
    await queue_for_people(tx, mail_about(PROPOSAL, message, facts), Audience.PERSON, [person])


@subscriptions.on(ProposalDeclined)
async def when_a_proposal_is_declined(message: ProposalDeclined, tx: Transaction) -> None:
    """Notify whoever proposed it."""
    proposal = message.proposal
    await known_account(tx, proposal.account_id)
    await known_session(tx, proposal.session_id)
    facts = {
        "session_id": str(proposal.session_id),
        "structure_id": str(proposal.structure_id),
        "person_id": str(proposal.account_id),
        "from_session_id": str(proposal.from_session_id) if proposal.from_session_id else None,
        "reason": message.reason,
    }
    proposer = await known_account(tx, message.proposed_by)
    await queue_for_people(tx, mail_about(PROPOSAL_DECLINED, message, facts), Audience.PROPOSER, [proposer])


@subscriptions.on(RequestsLeftOpen)
async def when_requests_are_left_open(message: RequestsLeftOpen, tx: Transaction) -> None:
    """Ask the referents what becomes of the requests, or the desk if there is none."""
    await known_account(tx, message.account_id)
    await require_structure(tx, message.structure_id)
    facts = {
        "structure_id": str(message.structure_id),
        "person_id": str(message.account_id),
        "enrollment_ids": [str(enrollment_id) for enrollment_id in message.enrollment_ids],
        "because": message.because,
    }
    mail = mail_about(REQUESTS_LEFT_OPEN, message, facts)
    referents = await people_with_status(tx, message.structure_id, Audience.REFERENT)
    others = [referent for referent in referents if referent.id != message.account_id]
    if not others:
        await queue_for_desk(tx, mail)
    await queue_for_people(tx, mail, Audience.REFERENT, others)


@subscriptions.on(SendSessionMessage)
async def send_session_message(message: SendSessionMessage, tx: Transaction) -> None:
    """Send the words of a trainer or of staff to each of the people."""
    session = await known_session(tx, message.session_id)
    sender = await known_account(tx, message.sent_by)
    facts = {
        "subject": " ".join(message.subject.split()),
        "text": message.text,
        "by": message.acting_as,
        "by_name": "" if message.acting_as == "staff" else sender.full_name,
    }
    mail = NewMail(spec=SESSION_MESSAGE, cause=f"{message.wire_name}:{message.id}", subject_id=session.id, facts=facts)
    await queue_for_people(tx, mail, Audience.PERSON, await reachable_accounts(tx, message.account_ids))
