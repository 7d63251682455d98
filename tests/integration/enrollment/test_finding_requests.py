"""Staff, employers, trainers and referents find requests by words, filters and order, each in their own scope."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from services.enrollment.storage import listings
from shared.contracts.identity import StructureRegistered, StructureSnapshot
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_reading import get, ids


async def named(service: EnrollmentService, person: Person, **names: str) -> None:
    await service.tell(service.account(person.account_id, version=2, **names))


async def pages(service: EnrollmentService, who: UUID, query: str) -> list[UUID]:
    """All requests of a list, read in pages of two."""
    found: list[UUID] = []
    cursor = ""
    while True:
        page = await get(service, who, f"/enrollments?{query}&limit=2{cursor}")
        found += [UUID(one["id"]) for one in page["items"]]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_words_of_person_structure_and_training_are_found_without_accents_or_case(
    service: EnrollmentService,
) -> None:
    vae, cv = await service.session(9), await service.session(9, title="Rédiger un CV")
    elise, marc = await service.people(2)
    await named(service, elise, first_name="Élise", last_name="Dùpont_%")
    await named(service, marc, first_name="Marc", last_name="Petit")
    snapshot = StructureSnapshot(
        id=marc.structure_id, version=2, name="Maison de l'Emploi", siret="73282932000074", town="Tulle", is_member=True
    )
    await service.tell(StructureRegistered(occurred_at=service.now, structure=snapshot))
    first, second, third = (
        await service.request(elise, vae),
        await service.request(elise, cv),
        await service.request(marc, vae),
    )
    for words, expected in (
        ("dupont", {first, second}),
        ("ELISE dup", {first, second}),
        ("_%", {first, second}),
        ("%%", set()),
        ("rediger", {second}),
        ("l'emploi", {third}),
        ("petit marc", {third}),
        ("vae", {first, third}),
        ("personne", set()),
    ):
        query = f"scope=all&q={quote(words)}"
        assert set(await ids(service, service.staff, query)) == expected, words
        assert set(await ids(service, service.employer, query.replace("all", "structure"))) == expected, words
        assert set(await ids(service, service.trainer, query.replace("all", "sessions"))) == expected, words
        total = (await get(service, service.staff, f"/enrollments?{query}"))["total"]
        assert total == len(expected)
    assert await ids(service, elise.account_id, "q=dupont&direction=asc") == [first, second]
    assert await ids(service, marc.account_id, "scope=all&q=dupont") == []


async def test_each_filter_keeps_what_it_names_and_several_keep_what_all_of_them_name(
    service: EnrollmentService,
) -> None:
    training = uuid4()
    session, other = await service.session(1, training_id=training), await service.session(9)
    people = await service.people(3)
    held, queued, waiting = [await service.request(person, session) for person in people]
    elsewhere = await service.request(people[0], other)
    for request in (held, queued):
        await service.accepts(request)
    now, staff = service.now, service.staff
    early, late = quote((now - timedelta(days=1)).isoformat()), quote((now + timedelta(days=40)).isoformat())
    for query, expected in (
        (f"account_id={people[0].account_id}", {held, elsewhere}),
        (f"structure_id={people[1].structure_id}", {queued}),
        (f"training_id={training}", {held, queued, waiting}),
        (f"session_id={session}", {held, queued, waiting}),
        ("approval=awaiting_trainer", {held, queued}),
        ("approval=awaiting_trainer&approval=awaiting_employer", {held, queued, waiting, elsewhere}),
        ("approval=awaiting_trainer&group=refused", set()),
        ("seat=held", {held}),
        ("seat=queued", {queued}),
        ("seat=none", {waiting, elsewhere}),
        ("late=true", set()),
        ("late=false&seat=held", {held}),
        (f"requested_from={early}", {held, queued, waiting, elsewhere}),
        (f"requested_from={late}", set()),
        (f"requested_to={early}", set()),
        (f"requested_to={late}", {held, queued, waiting, elsewhere}),
        (f"session_from={early}&session_to={late}", {held, queued, waiting, elsewhere}),
        (f"session_from={late}", set()),
        (f"session_to={early}", set()),
        (f"account_id={people[0].account_id}&session_id={session}&approval=awaiting_trainer", {held}),
        (f"enrollment_id={queued}&enrollment_id={waiting}&enrollment_id={uuid4()}", {queued, waiting}),
        (f"enrollment_id={queued}&approval=awaiting_employer", set()),
    ):
        for scope, who in (("all", staff), ("structure", service.employer), ("sessions", service.trainer)):
            for sort in ("requested_at", "session_start"):
                found = await ids(service, who, f"scope={scope}&{query}&sort={sort}")
                assert set(found) == expected, (scope, sort, query)
                assert len(found) == len(expected)


async def test_a_list_is_sorted_by_request_session_or_deadline_in_both_directions(service: EnrollmentService) -> None:
    later, sooner = await service.session(9), await service.session(9)
    people = await service.people(3)
    requests = [
        await service.request(people[0], later),
        await service.request(people[1], later),
        await service.request(people[2], sooner),
    ]
    await service.moves(sooner, -timedelta(days=25))
    by_id = [*sorted(requests[:2]), requests[2]]
    for scope, who in (("all", service.staff), ("structure", service.employer), ("sessions", service.trainer)):
        for sort, ascending in (
            ("requested_at", requests),
            ("session_start", [by_id[2], *by_id[:2]]),
            ("decide_before", [requests[2], *requests[:2]]),
        ):
            assert await pages(service, who, f"scope={scope}&sort={sort}&direction=asc") == ascending, (scope, sort)
            descending = await pages(service, who, f"scope={scope}&sort={sort}&direction=desc")
            assert descending == ascending[::-1], (scope, sort)
    await service.accepts(requests[0])
    assert await pages(service, service.staff, "scope=all&sort=decide_before") == [requests[2], requests[1]]


async def test_the_counts_of_a_list_have_its_filters(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, other = await service.session(9), await service.session(9)
    people = await service.people(4)
    requests = [await service.request(person, session) for person in people]
    await service.request(people[0], other)
    await service.decides(service.employer, requests[0], "refusal", reason="Non.")
    await service.withdraws(people[1], requests[1])
    await service.accepts(requests[2])

    async def counts(who: UUID, query: str) -> tuple[dict[str, int], dict[str, int]]:
        found: dict[str, dict[str, Any]] = await get(service, who, f"/enrollments/counts?{query}")
        approvals, groups = (
            {name: each["count"] for name, each in found[part].items() if each["count"]}
            for part in ("approvals", "groups")
        )
        return approvals, groups

    everything = (
        {"awaiting_employer": 2, "awaiting_trainer": 1, "refused": 1, "withdrawn": 1},
        {"requested": 3, "refused": 1, "cancelled": 1},
    )
    for scope, who in (("all", service.staff), ("structure", service.employer), ("sessions", service.trainer)):
        assert await counts(who, f"scope={scope}") == everything, scope
        assert await counts(who, f"scope={scope}&approval=refused&group=refused&q=faure") == everything, scope
    assert await counts(service.staff, f"scope=all&session_id={other}") == (
        {"awaiting_employer": 1},
        {"requested": 1},
    )
    assert await counts(people[0].account_id, "") == (
        {"awaiting_employer": 1, "refused": 1},
        {"requested": 1, "refused": 1},
    )
    monkeypatch.setattr(listings, "COUNT_UP_TO", 1)
    capped = await get(service, service.staff, "/enrollments/counts?scope=all")
    assert capped["approvals"]["awaiting_employer"] == {"count": 1, "more": True}
    page = await get(service, service.staff, "/enrollments?scope=all")
    assert (page["total"], page["more_than_total"]) == (1, True)


async def test_a_referent_sees_the_requests_of_the_structure_without_their_texts(service: EnrollmentService) -> None:
    session = await service.session(9)
    person, other = await service.people(2)
    referent = uuid4()
    await service.tell(service.account(referent), service.attached(referent, person.structure_id, "referent"))
    request, foreign = await service.request(person, session), await service.request(other, session)
    await service.accepts(request)
    await service.decides(service.trainer, request, "question", question="Quel public ?")
    assert await ids(service, referent, "scope=structure") == [request]
    assert await ids(service, referent, "scope=all") == [request]
    one = await get(service, referent, f"/enrollments/{request}")
    assert (one["person"]["last_name"], one["status_label"]) == ("Faure", "Pré-inscrit·e, réponse attendue")
    assert (one["motivation"], one["question"]["text"], one["last_decision"]["note"], one["moves"]) == (
        None,
        None,
        None,
        [],
    )
    assert [line["note"] for line in await get(service, referent, f"/enrollments/{request}/history")] == [None] * 3
    assert (await service.call("GET", f"/enrollments/{foreign}", by=referent)).status_code == 404
    for act in ("acceptance", "refusal", "withdrawal"):
        assert (await service.decides(referent, request, act, reason="Non.")).status_code == 404


async def test_a_trainer_reads_a_motivation_only_after_the_employer_has_agreed(service: EnrollmentService) -> None:
    session = await service.session(9)
    accepted, refused = [await service.request(person, session) for person in await service.people(2)]
    trainer = service.trainer
    before = await get(service, trainer, "/enrollments?scope=sessions")
    assert [line["motivation"] for line in before["items"]] == [None, None]
    await service.accepts(accepted)
    await service.decides(service.employer, refused, "refusal", reason="Effectif insuffisant.")
    after = await get(service, trainer, "/enrollments?scope=sessions&direction=asc")
    assert [line["motivation"] for line in after["items"]] == ["Accompagner les salariés.", None]
    assert (await get(service, trainer, f"/enrollments/{refused}"))["motivation"] is None
    assert (await get(service, service.employer, f"/enrollments/{refused}"))["motivation"] is not None
    csv = (await service.call("GET", "/enrollments/export?scope=sessions", by=trainer)).text
    assert csv.count("Accompagner les salariés.") == 1
