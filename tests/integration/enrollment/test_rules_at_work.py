"""The service's rules through the API: what they stop, what they say before, and what follows when staff set them."""

import asyncio
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.enrollment.domain.paris import PARIS
from shared.contracts.enrollment import EnrollmentPromoted, EnrollmentRequested
from shared.contracts.identity import AccountUpdated, StructureSnapshot, StructureUpdated
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_cart import starts


async def verdict(service: EnrollmentService, person: Person, session: UUID, rule: str) -> Any:
    found = await service.call("GET", f"/eligibility?session_id={session}", by=person.account_id)
    assert found.status_code == 200, found.text
    return next(one for one in found.json() if one["rule"] == rule)


async def set_rule(
    service: EnrollmentService, name: str, version: int = 0, who: UUID | None = None, **body: Any
) -> httpx.Response:
    return await service.call(
        "PUT", f"/rules/{name}", {"enabled": True, **body}, by=who or service.staff, **{"If-Match": f'"{version}"'}
    )


async def validate(service: EnrollmentService, person: Person, sessions: list[UUID], **headers: str) -> httpx.Response:
    for session in sessions:
        await service.call("PUT", f"/cart/sessions/{session}", by=person.account_id)
    lines = [{"session_id": str(session), "motivation": "Progresser."} for session in sessions]
    return await service.call(
        "POST",
        "/cart/validation",
        {"structure_id": str(person.structure_id), "lines": lines},
        by=person.account_id,
        **headers,
    )


async def test_a_year_has_five_actions_of_which_three_trainings_counted_inside_one_cart_too(
    service: EnrollmentService,
) -> None:
    [person] = await service.people(1)
    trainings = [await service.session(9, members_only=True) for _ in range(4)]
    others = [await service.session(9, members_only=True, kind="other_action") for _ in range(4)]
    too_many = await validate(service, person, trainings)
    assert too_many.status_code == 422
    assert [error["field"] for error in too_many.json()["errors"]] == ["lines.3.session_id"]
    assert "3 demandes pour des formations réservées aux adhérents" in too_many.json()["errors"][0]["message"]
    assert await service.rows("SELECT count(*) FROM enrollments") == [(0,)]

    assert (await validate(service, person, [*trainings[:3], *others[:2]])).status_code == 201
    sixth = await validate(service, person, others[2:3])
    assert "5 demandes pour des actions réservées aux adhérents" in sixth.json()["errors"][0]["message"]
    assert (await verdict(service, person, others[3], "yearly_quota"))["blocks"]


async def test_actions_open_to_all_do_not_count_for_the_quota_unless_staff_count_all(
    service: EnrollmentService,
) -> None:
    [person] = await service.people(1)
    open_to_all = [await service.session(9) for _ in range(5)]
    assert (await validate(service, person, open_to_all[:4])).status_code == 201
    assert not (await verdict(service, person, open_to_all[4], "yearly_quota"))["blocks"]
    value = {"actions": 5, "trainings": 3, "counts": "all"}
    assert (await set_rule(service, "yearly_quota", value=value)).status_code == 200
    fourth = await verdict(service, person, open_to_all[4], "yearly_quota")
    assert (fourth["blocks"], fourth["sentence"][:43]) == (True, "Vous avez déjà 4 demandes pour des formatio")


async def test_whoever_decides_for_an_employer_reads_the_quota_of_each_person_with_one_statement_for_all(
    service: EnrollmentService,
) -> None:
    first, second = await service.people(2)
    for_members = [await service.session(9, members_only=True, kind=kind) for kind in ("training", "other_action")]
    open_to_all = await service.session(9)
    made = [await service.request(first, session) for session in (*for_members, open_to_all)]
    made.append(await service.request(second, open_to_all))
    for session in (for_members[0], open_to_all):
        await starts(service, session, service.now)
    await starts(service, for_members[1], service.now.replace(year=service.now.year + 1, day=1))

    async def quotas(scope: str, limit: int = 4, who: UUID = service.employer) -> list[str | None]:
        page = await service.call("GET", f"/enrollments?scope={scope}&direction=asc&limit={limit}", by=who)
        return [each["quota"] and each["quota"]["sentence"] for each in page.json()["items"]]

    year = service.now.astimezone(PARIS).year
    alone = "1 action réservée sur 5 cette année, dont 1 formation sur 3"
    with service.statements() as of_one:
        await quotas("structure", limit=1)
    with service.statements() as of_four:
        assert await quotas("structure") == [
            f"{alone}, avec cette demande.",
            f"1 action réservée sur 5 en {year + 1}, dont 0 formation sur 3, avec cette demande.",
            f"{alone} ; cette demande n'y compte pas.",
            "0 action réservée sur 5 cette année, dont 0 formation sur 3 ; cette demande n'y compte pas.",
        ]
    # actor, rules, page, total, counts of the year, circumstances
    assert len(of_one) == len(of_four) == 6
    read = await service.call("GET", f"/enrollments/{made[0]}", by=service.staff)
    assert read.json()["quota"] == {
        "year": year,
        "counts": "reserved",
        "actions": 1,
        "most_actions": 5,
        "trainings": 1,
        "most_trainings": 3,
        "sentence": f"{alone}, avec cette demande.",
    }
    assert await quotas("mine", who=first.account_id) == [None] * 3
    assert await quotas("sessions", who=service.trainer) == [None] * 4
    await service.accepts(made[0])
    assert (await quotas("structure"))[0] is None
    value = {"actions": 5, "trainings": 3, "counts": "reserved"}
    assert (await set_rule(service, "yearly_quota", enabled=False, value=value)).status_code == 200
    assert await quotas("structure") == [None] * 4


async def test_two_carts_of_one_person_at_once_stay_in_the_quota(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    sessions = [await service.session(9, members_only=True) for _ in range(6)]
    answers = await asyncio.gather(*(validate(service, person, [session]) for session in sessions))
    assert Counter(answer.status_code for answer in answers) == {201: 3, 422: 3}


async def test_reserved_actions_are_for_members(service: EnrollmentService) -> None:
    session = await service.session(9, members_only=True)
    [person] = await service.people(1)
    assert (await verdict(service, person, session, "members_only"))["passed"]
    left = StructureSnapshot(
        id=person.structure_id, version=2, name="Mission", siret="73282932000074", town="Limoges", is_member=False
    )
    await service.tell(StructureUpdated(occurred_at=service.now, structure=left))
    assert (await verdict(service, person, session, "members_only"))["blocks"]
    refused = await service.asks(person, session)
    assert "adhérentes" in refused.json()["errors"][0]["message"]


async def test_an_employer_leaves_their_own_request_to_the_other_one(service: EnrollmentService) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    await service.tell(service.attached(person.account_id, person.structure_id, "employer"))
    both = service.attachment(person.account_id, person.structure_id, "beneficiary", "employer", version=2)
    await service.tell(
        service.attached(person.account_id, person.structure_id, "employer").model_copy(update={"attachment": both})
    )
    request = await service.request(person, session)

    own = await service.decides(person.account_id, request, "acceptance")
    assert (own.status_code, own.json()["type"]) == (409, "urn:parcourspro:problem:own-request")

    away = service.account(service.employer, version=2, disabled=True).account
    await service.tell(AccountUpdated(occurred_at=service.now, account=away))
    assert (await service.decides(person.account_id, request, "acceptance")).status_code == 200


async def test_a_third_of_a_structure_waits_is_told_why_and_staff_may_promote_with_a_reason(
    service: EnrollmentService,
) -> None:
    session = await service.session(3)
    people = await service.people(4, structure_id=uuid4())
    requests = [await service.request(person, session) for person in people]
    answers = [await service.accepts(request) for request in requests]
    assert [answer.json()["seat"] for answer in answers] == ["held", "held", "queued", "queued"]
    assert (answers[3].json()["rank"], "à la clôture" in answers[3].json()["rank_reason"]) == (2, True)

    assert (await service.decides(service.employer, requests[3], "promotion", reason="Projet.")).status_code == 404
    assert (await service.decides(service.staff, requests[3], "promotion")).status_code == 422
    promoted = await service.decides(service.staff, requests[3], "promotion", reason="Projet commun aux deux équipes.")
    assert (promoted.status_code, promoted.json()["seat"]) == (200, "held")
    none_left = await service.decides(service.staff, requests[2], "promotion", reason="Et lui ?")
    assert (none_left.status_code, none_left.json()["type"]) == (409, "urn:parcourspro:problem:no-seat-free")
    again = await service.decides(service.staff, requests[3], "promotion", reason="Encore.")
    assert (again.status_code, "Pré-inscrit·e" in again.json()["detail"]) == (409, True)
    assert await service.emitted_about(EnrollmentPromoted) == [requests[3]]
    history = (await service.call("GET", f"/enrollments/{requests[3]}/history", by=service.staff)).json()
    assert (history[-1]["move"], history[-1]["acting_as"], history[-1]["note"]) == (
        "promote",
        "staff",
        "Projet commun aux deux équipes.",
    )
    assert await service.audit() == []


async def test_a_seat_given_back_inside_the_structure_lifts_the_bar_in_another_session_of_the_training(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    here, there = await service.session(5, training_id=training), await service.session(5, training_id=training)
    people = await service.people(3, structure_id=uuid4())
    requests = [
        await service.request(person, session) for person, session in zip(people, (here, here, there), strict=True)
    ]
    for request in requests:
        await service.accepts(request)
    assert (await service.seats(there))[requests[2]] == ("queued", 1)
    await service.withdraws(people[0], requests[0])
    assert (await service.seats(there))[requests[2]] == ("held", 1)
    assert await service.emitted_about(EnrollmentPromoted) == [requests[2]]
    assert await service.audit() == []


@pytest.mark.parametrize(
    ("change", "held"), [({"value": {"people": 3}}, 3), ({"enabled": False, "value": {"people": 2}}, 5)]
)
async def test_a_looser_cap_gives_the_seats_that_are_free_at_once(
    service: EnrollmentService, change: dict[str, Any], held: int
) -> None:
    session = await service.session(5)
    for person in await service.people(5, structure_id=uuid4()):
        await service.accepts(await service.request(person, session))
    assert (await set_rule(service, "structure_cap", **change)).status_code == 200
    assert Counter(seat for seat, _ in (await service.seats(session)).values())["held"] == held
    assert len(await service.emitted_about(EnrollmentPromoted)) == held - 2


async def test_a_looser_cap_and_acceptances_at_once_leave_no_seat_free(service: EnrollmentService) -> None:
    session = await service.session(20)
    requests = [await service.request(person, session) for person in await service.people(20, structure_id=uuid4())]
    answers = await asyncio.gather(
        *(service.accepts(request) for request in requests), set_rule(service, "structure_cap", value={"people": 15})
    )
    assert {answer.status_code for answer in answers} == {200}
    assert Counter(seat for seat, _ in (await service.seats(session)).values()) == {"held": 15, "queued": 5}


async def test_rules_are_set_by_staff_who_have_seen_them(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    assert (await set_rule(service, "structure_cap", who=person.account_id, value={"people": 9})).status_code == 404
    assert (
        await service.call("PUT", "/rules/structure_cap", {"enabled": True, "value": {"people": 9}}, by=service.staff)
    ).status_code == 428
    assert (await set_rule(service, "structure_cap", value={"people": 0})).status_code == 422
    assert (await set_rule(service, "nothing", value={})).status_code == 404
    answers = await asyncio.gather(*(set_rule(service, "structure_cap", value={"people": people}) for people in (3, 4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    shown = (await service.call("GET", "/rules", by=person.account_id)).json()
    assert next(rule["version"] for rule in shown if rule["name"] == "structure_cap") == 1


async def test_staff_read_what_a_rule_would_do_before_they_set_it(service: EnrollmentService) -> None:
    async def previewed(by: UUID, name: str = "structure_cap", **body: Any) -> httpx.Response:
        return await service.call("POST", f"/rules/{name}/preview", {"enabled": True, **body}, by=by)

    answer = await previewed(service.staff, value={"people": 9})
    assert answer.json()["sentence"].startswith("Une structure a au plus 9 places dans une formation")
    off = await previewed(service.staff, value={"people": 9}, enabled=False)
    assert off.json() == {"sentence": "Cette règle n'est pas appliquée."}
    assert (await previewed(service.staff, value={"people": 0})).status_code == 422
    assert (await previewed(service.staff, "nothing", value={})).status_code == 404
    assert (await previewed(service.trainer, value={"people": 9})).status_code == 404
    shown = (await service.call("GET", "/rules", by=service.staff)).json()
    assert next(rule["version"] for rule in shown if rule["name"] == "structure_cap") == 0


async def test_the_eligibility_asks_which_structure_only_of_who_has_several(service: EnrollmentService) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    verdicts = (await service.call("GET", f"/eligibility?session_id={session}", by=person.account_id)).json()
    rules = (await service.call("GET", "/rules", by=person.account_id)).json()
    assert [verdict["rule"] for verdict in verdicts] == ["attachment", *(rule["name"] for rule in rules)]
    await service.tell(service.attached(person.account_id, uuid4(), "beneficiary"))
    several = await service.call("GET", f"/eligibility?session_id={session}", by=person.account_id)
    assert (several.status_code, several.json()["errors"][0]["field"]) == (422, "structure_id")


async def test_a_cart_has_one_session_of_a_training_even_when_two_are_put_in_at_once(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    sessions = [await service.session(9, training_id=training) for _ in range(4)]
    [person] = await service.people(1)
    answers = await asyncio.gather(
        *(service.call("PUT", f"/cart/sessions/{session}", by=person.account_id) for session in sessions)
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]
    lines = (await service.call("GET", "/cart", by=person.account_id)).json()["lines"]
    assert len(lines) == 1
    await service.call("DELETE", f"/cart/sessions/{lines[0]['session_id']}", by=person.account_id)
    assert (await service.call("GET", "/cart", by=person.account_id)).json()["lines"] == []


async def test_a_cart_validated_twice_with_one_key_makes_its_requests_once(service: EnrollmentService) -> None:
    [person] = await service.people(1)
    sessions = [await service.session(9) for _ in range(2)]
    key = {"Idempotency-Key": "panier-0001"}
    first = await validate(service, person, sessions, **key)
    again = await validate(service, person, sessions, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert await service.rows("SELECT count(*) FROM enrollments") == [(2,)]
    assert [message.cart_size for message in await service.emitted(EnrollmentRequested)] == [2, 2]
    assert (await validate(service, person, sessions[:1], **key)).status_code == 422
