"""What people read: names, ranks, groups, decisions, and what happened meanwhile."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.integration.enrollment.enrollment_service import EnrollmentService, Person

WHEN = r"le \d\d/\d\d/\d{4} à \d\d h \d\d"


async def get(service: EnrollmentService, who: UUID, path: str) -> Any:
    answer = await service.call("GET", path, by=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(service: EnrollmentService, who: UUID, query: str) -> list[UUID]:
    return [UUID(one["id"]) for one in (await get(service, who, f"/enrollments?{query}"))["items"]]


async def test_a_request_has_names_wherever_it_is_shown(service: EnrollmentService) -> None:
    session = await service.session(1)
    [person] = await service.people(1)
    made = (await service.asks(person, session)).json()["requests"][0]
    request = made["id"]
    shown = [
        made,
        (await service.accepts(UUID(request))).json(),
        await get(service, person.account_id, f"/enrollments/{request}"),
        (await get(service, service.trainer, "/enrollments?scope=sessions"))["items"][0],
        (await service.decides(service.trainer, UUID(request), "validation")).json(),
    ]
    for one in shown:
        assert one["person"] == {"id": str(person.account_id), "first_name": "Lou", "last_name": "Faure"}
        assert one["structure"] == {"id": str(person.structure_id), "name": "Mission locale"}
        assert (one["session"]["id"], one["session"]["title"], one["session"]["place"]) == (
            str(session),
            "VAE",
            "Limoges",
        )
    assert [[offer["move"] for offer in one["moves"]] for one in shown] == [
        ["withdraw"],
        ["withdraw", "cancel", "undo"],
        ["withdraw"],
        ["validate", "ask", "decline"],
        ["undo"],
    ]
    on_behalf, *_ = shown[1]["moves"]
    assert on_behalf == {
        "move": "withdraw",
        "acting_as": "employer",
        "method": "POST",
        "href": f"/api/enrollment/v1/enrollments/{request}/withdrawal",
        "label": "Enregistrer un désistement",
        "needs": "reason",
    }
    assert [one["status_label"] for one in (made, shown[1], shown[4])] == [
        "En attente de l'employeur",
        "Pré-inscrit·e",
        "Inscrit·e",
    ]


async def test_a_list_gives_ranks_with_as_many_statements_for_many_as_for_one(service: EnrollmentService) -> None:
    session = await service.session(1)
    requests = [await service.request(person, session) for person in await service.people(8)]
    for request in requests:
        await service.accepts(request)
    with service.statements() as one:
        await get(service, service.employer, "/enrollments?scope=structure&limit=1")
    with service.statements() as many:
        found = await get(service, service.employer, "/enrollments?scope=structure&limit=8")
    assert [line["rank"] for line in found["items"]] == [7, 6, 5, 4, 3, 2, 1, None]
    # actor, rules, page, total, queues, circumstances
    assert len(one) == len(many) == 6
    assert [line["queue_length"] for line in found["items"]] == [7] * 7 + [None]
    assert (found["total"], found["more_than_total"]) == (8, False)


async def test_the_pages_of_a_list_hold_everything_once(service: EnrollmentService) -> None:
    session = await service.session(1)
    requests = await service.requests(await service.people(5), session)
    found: list[UUID] = []
    cursor = ""
    while True:
        page = await get(service, service.employer, f"/enrollments?scope=all&limit=2{cursor}")
        found += [UUID(one["id"]) for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(found) == 5
    assert set(found) == set(requests)


@pytest.mark.parametrize("path", ["/enrollments", "/decisions", "/sessions"])
@pytest.mark.parametrize("cursor", ["nothing", "WyJhIiwiYiJd", "WyJhIiwiYiIsImMiXQ", "WyIyMDI2LTAxLTAxIiwiYSJd"])
async def test_a_cursor_of_somebody_else_is_a_field_error(service: EnrollmentService, path: str, cursor: str) -> None:
    answer = await service.call("GET", f"{path}?cursor={cursor}", by=service.employer)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_the_groups_and_filters_of_a_list(service: EnrollmentService) -> None:
    session, other = await service.session(9), await service.session(9)
    people = await service.people(4)
    waiting, refused, withdrawn, declined = [await service.request(person, session) for person in people]
    elsewhere = await service.request(people[0], other)
    await service.decides(service.employer, refused, "refusal", reason="Non.")
    await service.withdraws(people[2], withdrawn)
    await service.accepts(declined)
    await service.decides(service.trainer, declined, "decline", reason="Hors public.")
    staff = service.staff
    assert set(await ids(service, staff, "scope=all&group=requested")) == {waiting, elsewhere}
    assert set(await ids(service, staff, "scope=all&group=refused")) == {refused, declined}
    assert await ids(service, staff, "scope=all&group=cancelled") == [withdrawn]
    assert await ids(service, staff, "scope=all&group=followed") == []
    assert await ids(service, staff, "scope=all&approval=declined") == [declined]
    assert await ids(service, staff, f"scope=all&session_id={other}") == [elsewhere]
    assert set(await ids(service, people[0].account_id, "group=requested")) == {waiting, elsewhere}
    assert (await service.call("GET", "/enrollments?group=other", by=staff)).status_code == 422


async def test_an_employer_finds_the_decisions_of_their_structures(service: EnrollmentService) -> None:
    session = await service.session(9)
    first, second = [await service.request(person, session) for person in await service.people(2)]
    await service.accepts(first)
    await service.decides(service.employer, second, "refusal", reason="Effectif insuffisant.")
    await service.decides(service.employer, first, "agreement-withdrawal", reason="Réorganisation.")
    page = await get(service, service.employer, "/decisions?limit=2")
    rest = await get(service, service.employer, f"/decisions?limit=2&cursor={page['next']}")
    found = [*page["items"], *rest["items"]]
    assert [(one["move"], UUID(one["enrollment_id"])) for one in found] == [
        ("cancel", first),
        ("refuse", second),
        ("accept", first),
    ]
    assert (found[1]["note"], found[1]["status_label"]) == ("Effectif insuffisant.", "Refusée (par l'employeur)")
    assert found[0]["status_label"] == "Annulée (accord de l'employeur retiré)"
    assert (found[0]["person"]["last_name"], found[0]["structure"]["name"], found[0]["session"]["title"]) == (
        "Faure",
        "Mission locale",
        "VAE",
    )
    assert rest["next"] is None
    assert (await get(service, service.trainer, "/decisions"))["items"] == []


async def colleague(service: EnrollmentService, person: Person) -> UUID:
    """Another employer of the person's structure."""
    [other] = await service.people(1)
    said = service.attached(other.account_id, person.structure_id, "employer")
    await service.tell(said, service.account(other.account_id, version=2, first_name="Ana", last_name="Petit"))
    return other.account_id


async def test_who_comes_late_hears_who_decided_what_and_when(service: EnrollmentService) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    other = await colleague(service, person)
    request = await service.request(person, session)
    too_early = await service.decides(service.trainer, request, "validation")
    await service.decides(other, request, "acceptance")
    late = await service.decides(service.employer, request, "refusal", reason="Non.")
    own = await service.decides(other, request, "acceptance")
    await service.decides(service.trainer, request, "question", question="Quel public ?")
    await service.decides(person.account_id, request, "answer", answer="Des jeunes.")
    answered = await service.decides(person.account_id, request, "answer", answer="Des adultes.")
    await service.withdraws(person, request)
    gone = await service.decides(service.trainer, request, "validation")

    said = [answer.json()["detail"] for answer in (too_early, late, own, answered, gone)]
    assert [answer.status_code for answer in (too_early, late, own, answered, gone)] == [409] * 5
    for sentence, expected in zip(
        said,
        (
            "L'employeur n'a pas encore décidé de cette demande ; elle est « En attente de l'employeur ».",
            f"Votre collègue Ana Petit a déjà accepté cette demande {WHEN} ; elle est « Pré-inscrit·e ».",
            f"Vous avez déjà accepté cette demande {WHEN} ; elle est « Pré-inscrit·e ».",
            f"Vous avez déjà répondu à la question {WHEN} ; elle est « Pré-inscrit·e ».",
            (
                rf"La personne \(Lou Faure\) a déjà retiré cette demande {WHEN} ; "
                r"elle est « Annulée \(par la personne\) »."
            ),
        ),
        strict=True,
    ):
        assert re.fullmatch(expected, sentence), sentence


async def test_the_history_names_who_moved_the_request_and_why(service: EnrollmentService) -> None:
    session = await service.session(9)
    [person] = await service.people(1)
    request = await service.request(person, session)
    await service.decides(service.staff, request, "acceptance", reason="Accord par téléphone.")
    found = await get(service, person.account_id, f"/enrollments/{request}/history")
    assert [(line["move"], line["label"], line["by"], line["status_label"], line["note"]) for line in found] == [
        ("request", "Demande faite", "Lou Faure, bénéficiaire", "En attente de l'employeur", None),
        ("accept", "Demande acceptée", "Lou Faure, agence", "Pré-inscrit·e", "Accord par téléphone."),
    ]
    assert [line["moved_by"]["last_name"] for line in found] == ["Faure", "Faure"]
