"""The cart shows what would happen if it were validated now, and keeps the drafts of the motivations."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.catalogue import TrainingArchived
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_reading import get


async def filled(service: EnrollmentService, person: Person, count: int, **training: Any) -> list[UUID]:
    sessions = [await service.session(9, **training) for _ in range(count)]
    for session in sessions:
        assert (await service.call("PUT", f"/cart/sessions/{session}", by=person.account_id)).status_code == 204
    return sessions


def blocking(line: dict[str, Any]) -> list[str]:
    return [verdict["rule"] for verdict in line["verdicts"] if verdict["blocks"]]


async def test_the_verdicts_of_a_cart_count_its_lines_together(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    sessions = await filled(service, person, 4, members_only=True)
    for session in sessions:
        one = (await service.call("GET", f"/eligibility?session_id={session}", by=person.account_id)).json()
        assert blocking({"verdicts": one}) == []
    cart = await get(service, person.account_id, "/cart")
    [of_structure] = cart["structures"]
    assert of_structure["structure"] == {"id": str(person.structure_id), "name": "Mission locale"}
    assert of_structure["eligible"] is False
    assert [UUID(line["session_id"]) for line in of_structure["lines"]] == [
        UUID(line["session_id"]) for line in cart["lines"]
    ]
    assert [(line["eligible"], blocking(line)) for line in of_structure["lines"]] == [
        (True, []),
        (True, []),
        (True, []),
        (False, ["yearly_quota"]),
    ]
    [sentence] = [each["sentence"] for each in of_structure["lines"][3]["verdicts"] if each["blocks"]]
    assert sentence.startswith("Avec les lignes précédentes de votre panier, cela fait déjà 3 demandes pour des form")


async def test_a_line_has_all_that_the_page_shows_with_a_fixed_number_of_statements(
    service: EnrollmentService,
) -> None:
    [person] = await service.people(1)
    [session] = await filled(service, person, 1)
    with service.statements() as one:
        [line] = (await get(service, person.account_id, "/cart"))["lines"]
    snapshot = service.sessions[session]
    assert [UUID(slot["id"]) for slot in line["slots"]] == [slot.id for slot in snapshot.slots]
    assert (line["trainers"][0]["last_name"], line["free"], line["queued"], line["capacity"]) == ("Roux", 9, 0, 9)
    assert (line["members_only"], line["kind"], line["state"], line["training_state"], line["motivation"]) == (
        False,
        "training",
        "scheduled",
        "published",
        None,
    )
    assert {"opens_at", "closes_at", "axis_name"} <= set(line)
    await filled(service, person, 3)
    with service.statements() as many:
        await get(service, person.account_id, "/cart")
    assert len(one) == len(many) == 5  # actor, lines, rules, structures, sessions


async def test_the_draft_of_a_motivation_is_kept_until_its_line_goes(service: EnrollmentService) -> None:
    person, other = await service.people(2)
    first, second = await filled(service, person, 2)

    async def keep(who: UUID, session: UUID, text: str) -> int:
        answer = await service.call("PUT", f"/cart/lines/{session}/motivation", {"motivation": text}, by=who)
        return answer.status_code

    async def drafts() -> dict[UUID, str | None]:
        lines = (await get(service, person.account_id, "/cart"))["lines"]
        return {UUID(line["session_id"]): line["motivation"] for line in lines}

    assert await keep(person.account_id, first, "Un brouillon.") == 204
    assert await keep(person.account_id, first, "Un meilleur brouillon.") == 204
    assert await keep(other.account_id, first, "Je ne l'ai pas au panier.") == 404
    assert await keep(person.account_id, uuid4(), "Inconnue.") == 404
    assert await keep(person.account_id, first, "   ") == 422
    assert await drafts() == {first: "Un meilleur brouillon.", second: None}
    await service.call("DELETE", f"/cart/sessions/{first}", by=person.account_id)
    await service.call("PUT", f"/cart/sessions/{first}", by=person.account_id)
    assert await drafts() == {first: None, second: None}
    assert await service.rows("SELECT 1 FROM outbox WHERE payload::text LIKE '%brouillon%'") == []


@pytest.mark.parametrize(
    ("state", "statuses", "words"),
    [
        ("requested", (), "Votre rattachement à Mission locale attend la réponse de son référent."),
        ("active", ("employer",), "Votre rattachement à Mission locale ne comprend pas le statut de bénéficiaire"),
        ("refused", (), "Votre rattachement à Mission locale a été refusé"),
        ("ended", (), "Votre rattachement à Mission locale est terminé"),
        (None, (), "Vous n'êtes rattaché·e à aucune structure"),
    ],
)
async def test_who_is_not_beneficiary_learns_why_instead_of_a_404(
    service: EnrollmentService, state: str | None, statuses: tuple[str, ...], words: str
) -> None:
    from shared.contracts.identity import AccountAttachmentConfirmed

    session = await service.session(9)
    [person], who = await service.people(1), uuid4()
    await service.tell(service.account(who))
    if state is not None:
        attachment = service.attachment(who, person.structure_id, *statuses, state=state)
        await service.tell(
            AccountAttachmentConfirmed(occurred_at=service.now, attachment=attachment, confirmed_by=None)
        )
    await service.call("PUT", f"/cart/sessions/{session}", by=who)
    answers = [
        (await get(service, who, f"/eligibility?session_id={session}"))[0],
        (await service.call("POST", "/eligibility", {"session_ids": [str(session)]}, by=who)).json()[0]["verdicts"][0],
        (await get(service, who, "/cart"))["structures"][0]["lines"][0]["verdicts"][0],
    ]
    for verdict in answers:
        assert (verdict["rule"], verdict["passed"], verdict["blocks"]) == ("attachment", False, True)
        assert verdict["sentence"].startswith(words)


async def test_a_session_in_the_cart_that_is_cancelled_or_archived_has_a_verdict(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    cancelled, archived = await filled(service, person, 2)
    await service.cancels(cancelled)
    training = service.training(service.sessions[archived].training_id, version=2, state="archived")
    await service.tell(TrainingArchived(occurred_at=service.now, training=training))
    cart = await get(service, person.account_id, "/cart")
    by_session = {UUID(line["session_id"]): line["verdicts"] for line in cart["structures"][0]["lines"]}
    for session, sentence in (
        (cancelled, "Cette session a été annulée."),
        (archived, "Cette session n'est plus proposée."),
    ):
        one = await get(service, person.account_id, f"/eligibility?session_id={session}")
        for verdicts in (one, by_session[session]):
            assert [(verdict["rule"], verdict["sentence"]) for verdict in verdicts[1:]] == [("session", sentence)]
    unknown = await service.call("GET", f"/eligibility?session_id={uuid4()}", by=person.account_id)
    assert unknown.status_code == 404


async def test_many_sessions_are_judged_with_as_few_statements_as_one(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    sessions = [await service.session(9) for _ in range(5)]
    costs = []
    for some in (sessions[:1], [*sessions, uuid4()]):
        body = {"session_ids": [str(session) for session in some]}
        with service.statements() as statements:
            answer = await service.call("POST", "/eligibility", body, by=person.account_id)
        costs.append(len(statements))
        assert [UUID(each["session_id"]) for each in answer.json()] == some
    assert [each["eligible"] for each in answer.json()] == [True] * 5 + [False]
    assert costs == [4, 4]  # actor, attachments, sessions, rules
    too_many = {"session_ids": [str(uuid4()) for _ in range(101)]}
    assert (await service.call("POST", "/eligibility", too_many, by=person.account_id)).status_code == 422
    await service.tell(service.attached(person.account_id, uuid4(), "beneficiary"))
    several = await service.call("POST", "/eligibility", body, by=person.account_id)
    assert (several.status_code, several.json()["errors"][0]["field"]) == (422, "structure_id")
    assert len((await get(service, person.account_id, "/cart"))["structures"]) == 2


async def test_who_has_no_employer_is_not_promised_that_one_decides(service: EnrollmentService) -> None:
    session, structure = await service.session(9), uuid4()
    who = uuid4()
    await service.tell(service.account(who), service.attached(who, structure, "beneficiary"))
    verdicts = await get(service, who, f"/eligibility?session_id={session}")
    [own] = [verdict["sentence"] for verdict in verdicts if verdict["rule"] == "own_request"]
    assert own.startswith("Votre structure n'a pas d'employeur pour l'instant")
