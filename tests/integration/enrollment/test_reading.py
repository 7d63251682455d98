"""What people read: names, ranks, groups, decisions, and what happened meanwhile."""

import re
from typing import Any
from uuid import UUID

import pytest

from tests.integration.enrollment.agency import Agency, Person

WHEN = r"le \d\d/\d\d/\d{4} à \d\d h \d\d"


async def get(agency: Agency, who: UUID, path: str) -> Any:
    answer = await agency.call(who, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(agency: Agency, who: UUID, query: str) -> list[UUID]:
    return [UUID(one["id"]) for one in (await get(agency, who, f"/enrollments?{query}"))["items"]]


async def test_a_request_has_names_wherever_it_is_shown(agency: Agency) -> None:
    session = await agency.session(1)
    [person] = await agency.people(1)
    made = (await agency.asks(person, session)).json()["requests"][0]
    request = made["id"]
    shown = [
        made,
        (await agency.accepts(UUID(request))).json(),
        await get(agency, person.account_id, f"/enrollments/{request}"),
        (await get(agency, agency.trainer, "/enrollments?scope=sessions"))["items"][0],
        (await agency.decides(agency.trainer, UUID(request), "validation")).json(),
    ]
    for one in shown:
        assert one["person"] == {"id": str(person.account_id), "first_name": "Lou", "last_name": "Faure"}
        assert one["structure"] == {"id": str(person.structure_id), "name": "Mission locale"}
        assert (one["session"]["id"], one["session"]["title"], one["session"]["place"]) == (
            str(session),
            "VAE",
            "Limoges",
        )
    assert [one["moves"] for one in shown] == [
        ["withdraw"],
        ["cancel"],
        ["withdraw"],
        ["ask", "decline", "validate"],
        [],
    ]
    assert [one["status_label"] for one in (made, shown[1], shown[4])] == [
        "En attente de l'employeur",
        "Pré-inscrit·e",
        "Inscrit·e",
    ]


async def test_a_list_gives_ranks_with_as_many_statements_for_many_as_for_one(agency: Agency) -> None:
    session = await agency.session(1)
    requests = [await agency.request(person, session) for person in await agency.people(8)]
    for request in requests:
        await agency.accepts(request)
    with agency.statements() as one:
        await get(agency, agency.employer, "/enrollments?scope=structure&limit=1")
    with agency.statements() as many:
        found = await get(agency, agency.employer, "/enrollments?scope=structure&limit=8")
    assert [line["rank"] for line in found["items"]] == [7, 6, 5, 4, 3, 2, 1, None]
    assert len(one) == len(many) == 4


async def test_the_pages_of_a_list_hold_everything_once(agency: Agency) -> None:
    session = await agency.session(1)
    requests = await agency.requests(await agency.people(5), session)
    found: list[UUID] = []
    cursor = ""
    while True:
        page = await get(agency, agency.employer, f"/enrollments?scope=all&limit=2{cursor}")
        found += [UUID(one["id"]) for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(found) == 5
    assert set(found) == set(requests)


@pytest.mark.parametrize("path", ["/enrollments", "/decisions", "/sessions"])
@pytest.mark.parametrize("cursor", ["nothing", "WyJhIiwiYiJd", "WyJhIiwiYiIsImMiXQ", "WyIyMDI2LTAxLTAxIiwiYSJd"])
async def test_a_cursor_of_somebody_else_is_a_field_error(agency: Agency, path: str, cursor: str) -> None:
    answer = await agency.call(agency.employer, "GET", f"{path}?cursor={cursor}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_the_groups_and_filters_of_a_list(agency: Agency) -> None:
    session, other = await agency.session(9), await agency.session(9)
    people = await agency.people(4)
    waiting, refused, withdrawn, declined = [await agency.request(person, session) for person in people]
    elsewhere = await agency.request(people[0], other)
    await agency.decides(agency.employer, refused, "refusal", reason="Non.")
    await agency.withdraws(people[2], withdrawn)
    await agency.accepts(declined)
    await agency.decides(agency.trainer, declined, "decline", reason="Hors public.")
    staff = agency.staff
    assert set(await ids(agency, staff, "scope=all&group=requested")) == {waiting, elsewhere}
    assert set(await ids(agency, staff, "scope=all&group=refused")) == {refused, declined}
    assert await ids(agency, staff, "scope=all&group=cancelled") == [withdrawn]
    assert await ids(agency, staff, "scope=all&group=followed") == []
    assert await ids(agency, staff, "scope=all&approval=declined") == [declined]
    assert await ids(agency, staff, f"scope=all&session_id={other}") == [elsewhere]
    assert set(await ids(agency, people[0].account_id, "group=requested")) == {waiting, elsewhere}
    assert (await agency.call(staff, "GET", "/enrollments?group=other")).status_code == 422


async def test_an_employer_finds_their_own_decisions(agency: Agency) -> None:
    session = await agency.session(9)
    first, second = [await agency.request(person, session) for person in await agency.people(2)]
    await agency.accepts(first)
    await agency.decides(agency.employer, second, "refusal", reason="Effectif insuffisant.")
    await agency.decides(agency.employer, first, "agreement-withdrawal", reason="Réorganisation.")
    page = await get(agency, agency.employer, "/decisions?limit=2")
    rest = await get(agency, agency.employer, f"/decisions?limit=2&cursor={page['next']}")
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
    assert (await get(agency, agency.trainer, "/decisions"))["items"] == []


async def colleague(agency: Agency, person: Person) -> UUID:
    """Another employer of the person's structure."""
    [other] = await agency.people(1)
    said = agency._attached(other.account_id, person.structure_id, "employer")
    await agency.tell(said, agency.account(other.account_id, version=2, first_name="Ana", last_name="Petit"))
    return other.account_id


async def test_who_comes_late_hears_who_decided_what_and_when(agency: Agency) -> None:
    session = await agency.session(9)
    [person] = await agency.people(1)
    other = await colleague(agency, person)
    request = await agency.request(person, session)
    too_early = await agency.decides(agency.trainer, request, "validation")
    await agency.decides(other, request, "acceptance")
    late = await agency.decides(agency.employer, request, "refusal", reason="Non.")
    own = await agency.decides(other, request, "acceptance")
    await agency.decides(agency.trainer, request, "question", question="Quel public ?")
    await agency.decides(person.account_id, request, "answer", answer="Des jeunes.")
    answered = await agency.decides(person.account_id, request, "answer", answer="Des adultes.")
    await agency.withdraws(person, request)
    gone = await agency.decides(agency.trainer, request, "validation")

    said = [answer.json()["detail"] for answer in (too_early, late, own, answered, gone)]
    assert [answer.status_code for answer in (too_early, late, own, answered, gone)] == [409] * 5
    for sentence, expected in zip(
        said,
        (
            "L'employeur n'a pas encore décidé de cette demande ; elle est « En attente de l'employeur ».",
            f"Votre collègue Ana Petit a déjà accepté cette demande {WHEN} ; elle est « Pré-inscrit·e ».",
            f"Vous avez déjà accepté cette demande {WHEN} ; elle est « Pré-inscrit·e ».",
            f"Vous avez déjà répondu à la question {WHEN} ; elle est « Pré-inscrit·e ».",
            rf"La personne \(Lou Faure\) a déjà retiré cette demande {WHEN} ; elle est « Annulée \(par la personne\) ».",
        ),
        strict=True,
    ):
        assert re.fullmatch(expected, sentence), sentence


async def test_the_history_names_who_moved_the_request_and_why(agency: Agency) -> None:
    session = await agency.session(9)
    [person] = await agency.people(1)
    request = await agency.request(person, session)
    await agency.decides(agency.staff, request, "acceptance", reason="Accord par téléphone.")
    found = await get(agency, person.account_id, f"/enrollments/{request}/history")
    assert [(line["move"], line["acting_as"], line["note"]) for line in found] == [
        ("accept", "staff", "Accord par téléphone."),
        ("promote", "queue", None),
    ]
    assert (found[0]["moved_by"]["last_name"], found[1]["moved_by"]) == ("Faure", None)
