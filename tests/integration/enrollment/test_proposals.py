"""An employer, a trainer or staff propose a session to a person, who consents or declines."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.contracts.enrollment import EnrollmentApproved, EnrollmentRequested, EnrollmentTransferred, KeepMotivation
from shared.contracts.identity import AccountAttachmentEnded
from shared.contracts.proposals import ParticipationProposed, ProposalDeclined
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person

REASON = "Cette formation complète votre prise de poste."


async def proposes(
    service: EnrollmentService, person: Person, session: UUID, *, by: UUID | None = None, **more: Any
) -> httpx.Response:
    body = {
        "kind": "participation",
        "account_id": str(person.account_id),
        "structure_id": str(person.structure_id),
        "session_id": str(session),
        "reason": REASON,
        **more,
    }
    return await service.call("POST", "/proposals", body, by=by or service.employer)


async def proposes_transfer(service: EnrollmentService, request: UUID, session: UUID, *, by: UUID) -> httpx.Response:
    body = {"kind": "transfer", "enrollment_id": str(request), "session_id": str(session), "reason": REASON}
    return await service.call("POST", "/proposals", body, by=by)


async def answers(service: EnrollmentService, person: Person, proposal: str, what: str, **body: str) -> httpx.Response:
    return await service.call("POST", f"/proposals/{proposal}/{what}", body or None, by=person.account_id)


async def test_the_consent_to_an_employer_makes_a_request_that_is_accepted_in_the_employers_name(
    service: EnrollmentService,
) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = await proposes(service, person, session, motivation="Accueillir mieux.")
    assert (made.status_code, made.json()["state"], made.json()["acting_as"]) == (201, "open", "employer")
    [proposed] = await service.emitted(ParticipationProposed)
    assert (proposed.proposed_by, proposed.reason, proposed.proposal.kind) == (
        service.employer,
        REASON,
        "participation",
    )
    assert abs(proposed.expires_at - service.now - timedelta(days=14)) < timedelta(minutes=5)
    assert await service.rows("SELECT count(*) FROM enrollments") == [(0,)]

    answer = await answers(service, person, made.json()["id"], "consent")
    assert (answer.status_code, answer.json()["state"]) == (200, "consented")
    request = UUID(answer.json()["enrollment_id"])
    [requested] = await service.emitted(EnrollmentRequested)
    assert (requested.enrollment.id, requested.cart_size) == (request, 1)
    [approved] = await service.emitted(EnrollmentApproved)
    assert (approved.approved_by, approved.enrollment.seat) == (service.employer, "held")
    assert {each.motivation for each in await service.emitted(KeepMotivation)} == {""}, "the person wrote nothing"
    [view] = (await service.call("GET", "/enrollments?scope=mine", by=person.account_id)).json()["items"]
    assert view["motivation"] is None
    history = (await service.call("GET", f"/enrollments/{request}/history", by=person.account_id)).json()
    accepted = next(line for line in history if line["move"] == "accept")
    assert (accepted["acting_as"], accepted["note"]) == ("employer", REASON)
    assert accepted["moved_by"]["id"] == str(service.employer)
    again = await answers(service, person, made.json()["id"], "consent")
    assert (again.status_code, again.json()["type"].rsplit(":")[-1]) == (409, "proposal-answered")
    assert await service.audit() == []


async def test_an_open_proposal_is_counted_for_the_person_and_for_the_employers(service: EnrollmentService) -> None:
    session = await service.session(1)
    person, colleague = await service.people(2)
    made = (await proposes(service, person, session)).json()

    async def counted(who: UUID) -> tuple[int, int]:
        counts = (await service.call("GET", "/me", by=who)).json()["counts"]
        return counts["proposals_to_answer"], counts["proposals_waiting"]

    assert await counted(person.account_id) == (1, 0)
    assert await counted(service.employer) == (0, 1)
    assert await counted(colleague.account_id) == (0, 0)
    for who, scope in ((person.account_id, "mine"), (service.employer, "structure")):
        listed = (await service.call("GET", f"/proposals?scope={scope}&state=open", by=who)).json()
        assert [each["id"] for each in listed["items"]] == [made["id"]]
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE proposals SET expires_at = now() - interval '1 second'")
    assert await counted(person.account_id) == (0, 0)
    assert await counted(service.employer) == (0, 0)


async def test_staff_propose_with_a_reason_and_the_person_writes_the_motivation(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = (await proposes(service, person, session, by=service.staff)).json()
    await answers(service, person, made["id"], "consent", motivation="Je change de poste.")
    [view] = (await service.call("GET", "/enrollments?scope=mine", by=person.account_id)).json()["items"]
    assert (view["approval"], view["motivation"]) == ("awaiting_trainer", "Je change de poste.")
    lines = await service.rows("SELECT acting_as, acted_by FROM enrollment_history WHERE act = 'accept'")
    assert lines == [("staff", service.staff)]


async def test_the_person_declines_and_can_be_asked_again(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = (await proposes(service, person, session)).json()
    twice = await proposes(service, person, session, by=service.staff)
    assert (twice.status_code, twice.json()["type"].rsplit(":")[-1]) == (409, "already-proposed")
    answer = await answers(service, person, made["id"], "decline", reason="En congé.")
    assert (answer.json()["state"], answer.json()["answer_reason"]) == ("declined", "En congé.")
    [declined] = await service.emitted(ProposalDeclined)
    assert (declined.proposed_by, declined.reason, declined.proposal.version) == (service.employer, "En congé.", 2)
    assert (await proposes(service, person, session)).status_code == 201
    assert await service.rows("SELECT count(*) FROM enrollments") == [(0,)]


async def test_a_rule_refuses_with_its_sentence_when_it_is_proposed_and_again_at_the_consent(
    service: EnrollmentService,
) -> None:
    [person] = await service.people(1)
    wanted, reserved = await service.session(1), await service.session(9, members_only=True)
    made = (await proposes(service, person, wanted)).json()
    await service.request(person, await service.session(1, training_id=service.sessions[wanted].training_id))
    answer = await answers(service, person, made["id"], "consent")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "session_id"
    again = await proposes(service, person, wanted)
    assert (again.status_code, again.json()["errors"]) == (422, answer.json()["errors"])
    for _ in range(3):
        await service.asks(person, await service.session(1, members_only=True))
    quota = await proposes(service, person, reserved)
    year = service.sessions[reserved].slots[0].starts_at.year
    assert (quota.status_code, quota.json()["errors"][0]["message"]) == (
        422,
        f"Vous avez déjà 3 demandes pour des formations réservées aux adhérents en {year}, pour 3 au plus.",
    )
    assert (await proposes(service, person, uuid4())).json()["errors"] == [
        {"field": "session_id", "message": "Cette session n'est plus proposée."}
    ]


async def test_who_may_propose_and_who_may_see(service: EnrollmentService) -> None:
    session = await service.session(1)
    person, other = await service.people(2)
    for stranger in (person.account_id, service.trainer, other.account_id):
        assert (await proposes(service, person, session, by=stranger)).status_code == 404
    own = Person(service.employer, person.structure_id)
    assert (await proposes(service, own, session)).json()["errors"][0]["field"] == "account_id"
    elsewhere = Person(other.account_id, person.structure_id)
    assert (await proposes(service, elsewhere, session)).json()["errors"] == [
        {"field": "account_id", "message": "Cette personne n'est pas bénéficiaire dans cette structure."}
    ]
    made = (await proposes(service, person, session)).json()
    for who, scope, sees in (
        (person.account_id, "mine", True),
        (other.account_id, "mine", False),
        (other.account_id, "all", False),
        (service.employer, "structure", True),
        (service.employer, "mine", False),
        (service.staff, "all", True),
        (service.trainer, "all", False),
    ):
        page = (await service.call("GET", f"/proposals?scope={scope}&state=open", by=who)).json()["items"]
        assert ([each["id"] for each in page] == [made["id"]]) is sees, (who, scope)
        one = (await service.call("GET", f"/proposals/{made['id']}", by=who)).status_code
        assert one == (200 if who in {person.account_id, service.employer, service.staff} else 404)
    for wanted, number in ((session, 1), (uuid4(), 0)):
        page = (await service.call("GET", f"/proposals?scope=all&session_id={wanted}", by=service.staff)).json()
        assert len(page["items"]) == number
    for stranger in (service.employer, service.staff, other.account_id):
        answer = await service.call("POST", f"/proposals/{made['id']}/consent", by=stranger)
        assert answer.status_code == 404


async def test_a_proposal_expires(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = (await proposes(service, person, session)).json()
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("UPDATE proposals SET expires_at = now() - interval '1 second'")
    late = await answers(service, person, made["id"], "consent")
    assert (late.status_code, "a expiré" in late.json()["detail"]) == (409, True)
    await asyncio.gather(service.clock(), service.clock())
    view = (await service.call("GET", f"/proposals/{made['id']}", by=person.account_id)).json()
    assert (view["state"], view["version"]) == ("expired", 2)
    assert (await proposes(service, person, session)).status_code == 201


async def test_an_employer_who_is_none_any_more_accepts_nothing(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = (await proposes(service, person, session)).json()
    ended = service.attachment(service.employer, person.structure_id, version=9, state="ended")
    await service.tell(
        AccountAttachmentEnded(occurred_at=service.now, attachment=ended, ended_by=service.staff, reason="Départ")
    )
    assert (await answers(service, person, made["id"], "consent")).status_code == 200
    assert await service.rows("SELECT approval FROM enrollments") == [("awaiting_employer",)]


async def test_two_consents_at_once_make_one_request(service: EnrollmentService) -> None:
    training = uuid4()
    sessions = [await service.session(2, training_id=training) for _ in range(2)]
    people = await service.people(4)
    made = [(await proposes(service, person, sessions[place % 2])).json()["id"] for place, person in enumerate(people)]
    found = await asyncio.gather(
        *(
            answers(service, person, proposal, "consent")
            for person, proposal in zip(people, made, strict=True)
            for _ in range(2)
        )
    )
    assert sorted(answer.status_code for answer in found) == [200] * 4 + [409] * 4
    assert await service.rows("SELECT count(*) FROM enrollments") == [(4,)]
    assert await service.audit() == []


async def test_another_session_is_proposed_by_employer_or_trainer_and_the_consent_moves_the_request(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    old, new, third = [await service.session(1, training_id=training) for _ in range(3)]
    person, stranger = await service.people(2)
    request = await service.request(person, old)
    await service.accepts(request)
    for nobody in (person.account_id, stranger.account_id):
        assert (await proposes_transfer(service, request, new, by=nobody)).status_code == 404
    refused = await proposes_transfer(service, request, old, by=service.trainer)
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "transfer-impossible")
    made = (await proposes_transfer(service, request, new, by=service.trainer)).json()
    assert (made["kind"], made["acting_as"], made["from_session"]["id"]) == ("transfer", "trainer", str(old))
    assert (await answers(service, person, made["id"], "consent")).status_code == 200
    [event] = await service.emitted(EnrollmentTransferred)
    assert (event.enrollment.session_id, event.acting_as, event.transferred_by) == (new, "trainer", service.trainer)

    made = (await proposes_transfer(service, request, third, by=service.employer)).json()
    body = {"session_id": str(old), "reason": "Retour"}
    assert (await service.call("POST", f"/enrollments/{request}/transfer", body, by=service.staff)).status_code == 200
    late = await answers(service, person, made["id"], "consent")
    assert (late.status_code, "a changé de session" in late.json()["detail"]) == (409, True)
    await service.withdraws(person, request)
    closed = await answers(service, person, made["id"], "consent")
    assert (closed.status_code, closed.json()["type"].rsplit(":")[-1]) == (409, "request-closed")
    assert (await proposes_transfer(service, request, third, by=service.employer)).status_code == 409
    assert await service.audit() == []


async def test_a_proposal_that_is_sent_twice_with_one_key_is_made_once(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    body = {
        "kind": "participation",
        "account_id": str(person.account_id),
        "structure_id": str(person.structure_id),
        "session_id": str(session),
        "reason": REASON,
    }
    key = {"Idempotency-Key": "une-seule-fois"}
    first, second = [await service.call("POST", "/proposals", body, by=service.employer, **key) for _ in range(2)]
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(await service.emitted(ParticipationProposed)) == 1


async def test_each_kind_of_proposal_names_what_it_needs(service: EnrollmentService) -> None:
    for kind, fields in (("participation", ["account_id", "structure_id"]), ("transfer", ["enrollment_id"])):
        body = {"kind": kind, "session_id": str(uuid4()), "reason": REASON}
        answer = await service.call("POST", "/proposals", body, by=service.staff)
        assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, fields)
