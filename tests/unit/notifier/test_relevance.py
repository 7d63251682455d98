"""A mail leaves only while it is true."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.notifier.domain.audience import Audience
from services.notifier.domain.copies import Account, RequestLine
from services.notifier.domain.mail import Situation
from services.notifier.domain.mails.all import SPECS
from services.notifier.domain.mails.spec import MailSpec
from services.notifier.domain.relevance import reason_to_drop
from tests.unit.notifier.expectation import (
    APPROVALS,
    ATTACHMENT_STATES,
    CARTS,
    DECIDERS,
    LINKS,
    NEWER_MAILS,
    PRESENCES,
    REASONS,
    SEATS,
    SEATS_HELD,
    SESSION_STATES,
    SHEETS,
    TOLD,
    TRAINERS,
)
from tests.unit.notifier.expected import EXPECTED
from tests.unit.notifier.records import (
    ATTACHMENT,
    HELD,
    LINE,
    NOW,
    OCCUPANCY,
    PERSON,
    REQUEST,
    SESSION,
    STRUCTURE,
    mail_of,
)


def true_situation(kind: str) -> Situation:
    """The situation just after the event."""
    request = replace(REQUEST, approval=EXPECTED[kind].approval)
    trainers = SESSION.trainer_ids if EXPECTED[kind].trainers else ()
    return Situation(
        recipient=PERSON,
        recipient_statuses=frozenset({"employer", "referent"}),
        person=PERSON,
        structure=STRUCTURE,
        attachment=replace(ATTACHMENT, state=EXPECTED[kind].attachment),
        session=replace(SESSION, state=EXPECTED[kind].session, trainer_ids=trainers),
        enrollment=request,
        lines=(replace(LINE, enrollment=request),),
        held=HELD,
        occupancy=OCCUPANCY,
        was_told=True,
    )


def outcomes(spec: MailSpec) -> str:
    """What the code decides, written as in the table."""
    true = true_situation(spec.kind)
    assert true.enrollment
    letters = {reason: letter for letter, reason in REASONS.items()}

    assert true.session

    def outcome(facts: Mapping[str, Any] | None = None, *, to: Audience = Audience.PERSON, **changes: Any) -> str:
        situation = replace(true, **changes)
        mail = mail_of(spec.kind, to, **{"approval": EXPECTED[spec.kind].approval, **(facts or {})})
        return letters[reason_to_drop(spec, mail, situation, now=NOW)]

    def lines(approvals: Iterable[str]) -> tuple[RequestLine, ...]:
        return tuple(replace(LINE, enrollment=replace(REQUEST, approval=approval)) for approval in approvals)

    expiry = {"valid": NOW + timedelta(seconds=1), "expired": NOW}
    groups = (
        [outcome(enrollment=replace(true.enrollment, approval=approval)) for approval in APPROVALS],
        [outcome({"seat": seat}, enrollment=replace(true.enrollment, seat=now)) for seat, now in SEATS],
        [outcome(attachment=replace(ATTACHMENT, state=state)) for state in ATTACHMENT_STATES],
        [outcome(session=replace(true.session, state=state)) for state in SESSION_STATES],
        [outcome({"expires_at": expiry[link].isoformat()}) for link in LINKS],
        [outcome(superseded=newer) for newer in NEWER_MAILS],
        [outcome(lines=lines(approvals)) for approvals in CARTS],
        [outcome(enrollment=replace(true.enrollment, attendance=presence)) for presence in PRESENCES],
        [
            outcome(to=Audience.TRAINER, was_told=told, session=replace(true.session, trainer_ids=SESSION.trainer_ids))
            for told in TOLD
        ],
        [outcome(sheet_closed=closed) for closed in SHEETS],
        [outcome(occupancy=replace(OCCUPANCY, held=held)) for held in SEATS_HELD],
        [outcome(session=replace(true.session, trainer_ids=SESSION.trainer_ids if has else ())) for has in TRAINERS],
        [outcome(statuses_held=frozenset(held)) for held in DECIDERS],
    )
    return " ".join("".join(group) for group in groups)


def test_every_kind_is_expected() -> None:
    assert set(EXPECTED) == set(SPECS)


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_mail_is_sent_only_while_it_is_true(kind: str) -> None:
    assert outcomes(SPECS[kind]) == EXPECTED[kind].outcomes


@pytest.mark.parametrize("kind", EXPECTED)
def test_the_outcomes_show_every_condition_of_the_record(kind: str) -> None:
    spec = SPECS[kind]
    assert outcomes(replace(spec, newest_only=not spec.newest_only)) != EXPECTED[kind].outcomes
    for left_out in spec.true_while:
        rest = tuple(condition for condition in spec.true_while if condition is not left_out)
        assert outcomes(replace(spec, true_while=rest)) != EXPECTED[kind].outcomes, left_out.otherwise


@pytest.mark.parametrize("kind", EXPECTED)
def test_what_is_not_known_any_more_makes_no_mail_true(kind: str) -> None:
    """Without the copy that its conditions are about, a mail is dropped."""
    depends_on_copies = set(EXPECTED[kind].outcomes) & set("SCBPAXZRYVOK")
    reason = reason_to_drop(SPECS[kind], mail_of(kind), Situation(recipient=PERSON), now=NOW)
    assert (reason is not None) == bool(depends_on_copies)


@pytest.mark.parametrize(
    ("audience", "change", "reason"),
    [
        (
            Audience.EMPLOYER,
            lambda situation: replace(situation, recipient_statuses=frozenset({"referent"})),
            "Le destinataire n'est plus employeur de la structure.",
        ),
        (
            Audience.REFERENT,
            lambda situation: replace(situation, recipient_statuses=frozenset({"employer"})),
            "Le destinataire n'est plus référent de la structure.",
        ),
        (
            Audience.TRAINER,
            lambda situation: replace(situation, session=replace(SESSION, trainer_ids=())),
            "Le destinataire n'anime plus la session.",
        ),
    ],
)
def test_a_role_that_was_taken_away_takes_the_mail_away(
    audience: Audience, change: Callable[[Situation], Situation], reason: str
) -> None:
    situation = true_situation("validated")
    spec, mail = SPECS["validated"], mail_of("validated", audience)
    assert reason_to_drop(spec, mail, situation, now=NOW) is None
    assert reason_to_drop(spec, mail, change(situation), now=NOW) == reason
    assert reason_to_drop(spec, mail_of("validated"), change(situation), now=NOW) is None, "the person's own mail"


@pytest.mark.parametrize("account", [replace(PERSON, disabled=True), replace(PERSON, erased=True)])
def test_nobody_writes_to_an_account_that_is_disabled_or_erased(account: Account) -> None:
    situation = replace(true_situation("validated"), recipient=account)
    reason = reason_to_drop(SPECS["validated"], mail_of("validated"), situation, now=NOW)
    assert reason == "Le compte du destinataire est désactivé ou effacé."


def test_a_recipient_without_an_account_can_be_written_to() -> None:
    link = mail_of("address_proof", Audience.OWNER)
    assert reason_to_drop(SPECS["address_proof"], link, Situation(), now=NOW) is None


def test_a_former_trainer_who_has_the_session_again_is_not_told_that_it_was_taken_off() -> None:
    spec, mail = SPECS["session_taken"], mail_of("session_taken", Audience.FORMER_TRAINER)
    situation = true_situation("session_taken")
    assert reason_to_drop(spec, mail, situation, now=NOW) == "Le destinataire anime de nouveau la session."
    taken = replace(situation, session=replace(SESSION, trainer_ids=()))
    assert reason_to_drop(spec, mail, taken, now=NOW) is None
