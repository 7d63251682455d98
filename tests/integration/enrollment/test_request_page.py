"""One answer has all that the page of a request needs; each reads the words that are meant for them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contracts.catalogue import TrainingRevised
from shared.contracts.enrollment import EnrollmentCancelled
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.test_reading import get


async def test_a_request_has_its_session_deadlines_last_decision_and_question(service: EnrollmentService) -> None:
    session = await service.session(5)
    snapshot = service.sessions[session]
    training = service.training(snapshot.training_id, version=2, axis_name="Accueil")
    await service.tell(
        TrainingRevised(occurred_at=service.now, training=training),
        service.account(service.employer, version=2, first_name="Élise", last_name="Roux"),
    )
    [person] = await service.people(1)
    made = (await service.asks(person, session)).json()["requests"][0]
    request = UUID(made["id"])
    requested_at, starts_at = datetime.fromisoformat(made["requested_at"]), snapshot.slots[0].starts_at
    assert made == await get(service, person.account_id, f"/enrollments/{request}")
    assert (made["mine"], made["structure_held"], made["last_decision"], made["certificate"]) == (True, 0, None, None)
    assert datetime.fromisoformat(made["decide_before"]) == requested_at + timedelta(days=21)
    until = datetime.fromisoformat(made["can_withdraw_without_late_until"])
    assert (until.tzinfo, abs(until - (starts_at - timedelta(days=7))) <= timedelta(hours=1)) == (UTC, True)
    shown = made["session"]
    assert [UUID(slot["id"]) for slot in shown["slots"]] == [slot.id for slot in snapshot.slots]
    assert shown["trainers"] == [{"id": str(service.trainer), "first_name": "Lou", "last_name": "Roux"}]
    assert (shown["kind"], shown["axis_name"], shown["capacity"], shown["held"], shown["queued"], shown["state"]) == (
        "training",
        "Accueil",
        5,
        0,
        0,
        "scheduled",
    )

    accepted = (await service.accepts(request)).json()
    assert accepted == await get(service, service.employer, f"/enrollments/{request}")
    assert (accepted["last_decision"]["label"], accepted["last_decision"]["by"]) == (
        "Demande acceptée",
        "Élise Roux, employeur",
    )
    assert (accepted["session"]["held"], accepted["mine"], accepted["decide_before"]) == (1, False, None)

    asked = (await service.decides(service.trainer, request, "question", question="Quel public ?")).json()
    assert asked == await get(service, service.trainer, f"/enrollments/{request}")
    assert (asked["question"]["text"], asked["question"]["by"]) == ("Quel public ?", "Lou Roux, formateur")
    assert (await get(service, service.employer, f"/enrollments/{request}"))["question"]["text"] is None
    answered = (await service.decides(person.account_id, request, "answer", answer="Des jeunes.")).json()
    assert (answered["question"], answered["last_decision"]["label"]) == (None, "Réponse donnée")

    gone = (await service.withdraws(person, request)).json()
    assert (gone["can_withdraw_without_late_until"], gone["session"]["held"]) == (None, 0)
    assert gone == await get(service, person.account_id, f"/enrollments/{request}")


async def test_the_reason_of_a_refusal_is_for_the_structure_and_the_person_alone(service: EnrollmentService) -> None:
    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await service.decides(service.employer, request, "refusal", reason="Effectif insuffisant.")
    for who, reads in (
        (person.account_id, True),
        (service.employer, True),
        (service.staff, True),
        (service.trainer, False),
    ):
        expected = "Effectif insuffisant." if reads else None
        history = await get(service, who, f"/enrollments/{request}/history")
        assert [line["note"] for line in history] == [None, expected]
        assert (await get(service, who, f"/enrollments/{request}"))["last_decision"]["note"] == expected


async def test_nobody_reads_why_an_attachment_ended(service: EnrollmentService) -> None:
    from shared.contracts.identity import AccountAttachmentEnded

    session = await service.session(5)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await service.accepts(request)
    ended = service.attachment(person.account_id, person.structure_id, version=2, state="ended")
    await service.tell(
        AccountAttachmentEnded(occurred_at=service.now, attachment=ended, ended_by=uuid4(), reason="Licenciement.")
    )
    for who in (person.account_id, service.employer, service.trainer, service.staff):
        one = await get(service, who, f"/enrollments/{request}")
        assert one["last_decision"]["note"] == "La personne ne fait plus partie de la structure."
        history = await service.call("GET", f"/enrollments/{request}/history", by=who)
        assert "Licenciement" not in history.text
    [told] = await service.emitted(EnrollmentCancelled)
    assert told.reason == "La personne ne fait plus partie de la structure."


async def test_everybody_learns_their_roles_and_what_waits_for_them(service: EnrollmentService) -> None:
    session, other = await service.session(5), await service.session(5)
    first, second = await service.people(2)
    one, _ = await service.request(first, session), await service.request(second, session)
    await service.call("PUT", f"/cart/sessions/{other}", by=first.account_id)
    await service.accepts(one)

    async def me(who: UUID) -> tuple[set[str], dict[str, int]]:
        with service.statements() as statements:
            found = await get(service, who, "/me")
        assert len(statements) == 2  # actor, everything else
        roles = {role for role, has in found["roles"].items() if has}
        return roles, {name: count for name, count in found["counts"].items() if count}

    assert await me(first.account_id) == ({"beneficiary"}, {"cart_lines": 1})
    assert await me(service.employer) == ({"employer"}, {"to_decide": 1})
    assert await me(service.trainer) == ({"trainer"}, {"to_validate": 1})
    assert await me(service.staff) == ({"staff"}, {})
    await service.decides(service.trainer, one, "question", question="Quel public ?")
    assert await me(first.account_id) == ({"beneficiary"}, {"cart_lines": 1, "to_answer": 1})
    await service.moves(session, -timedelta(days=60))
    assert await me(service.trainer) == ({"trainer"}, {"sheets_to_close": 1})
