"""A structure keeps its decisions, staff read figures and rules with their words, and lists become files."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import quote
from uuid import UUID, uuid4
from zipfile import ZipFile

import pytest
from sqlalchemy import text

from services.enrollment.api import enrollments as endpoints
from shared.contracts.identity import AttachmentStatusesChanged
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.test_reading import get


async def decided(service: EnrollmentService) -> tuple[list[Person], list[UUID], UUID]:
    """Two decisions of an employer, one of staff in the employer's place, and one for another structure."""
    session = await service.session(9)
    structure = uuid4()
    people = [*await service.people(3, structure_id=structure), *await service.people(1)]
    requests = [await service.request(person, session) for person in people]
    await service.accepts(requests[0])
    await service.decides(service.employer, requests[1], "refusal", reason="Effectif insuffisant.")
    await service.decides(service.staff, requests[2], "acceptance", reason="Accord par téléphone.")
    await service.accepts(requests[3])
    await service.decides(service.trainer, requests[0], "validation")
    return people, requests, session


async def moves(service: EnrollmentService, who: UUID, query: str = "") -> list[tuple[str, UUID]]:
    page = await get(service, who, f"/decisions?{query}")
    return [(one["move"], UUID(one["enrollment_id"])) for one in page["items"]]


async def test_the_decisions_of_a_structure_stay_with_it(service: EnrollmentService) -> None:
    people, requests, session = await decided(service)
    successor, referent = uuid4(), uuid4()
    structure = people[0].structure_id
    await service.tell(
        service.account(successor, last_name="Petit"),
        service.account(referent),
        service.attached(successor, structure, "employer"),
        service.attached(referent, structure, "referent"),
    )
    gone = service.attachment(service.employer, structure, "referent", version=2)
    await service.tell(
        AttachmentStatusesChanged(
            occurred_at=service.now, attachment=gone, before=("employer",), changed_by=service.staff
        )
    )
    of_structure = [("accept", requests[2]), ("refuse", requests[1]), ("accept", requests[0])]
    assert await moves(service, successor) == of_structure
    assert await moves(service, referent) == of_structure
    assert await moves(service, service.staff) == [("accept", requests[3]), *of_structure]
    assert await moves(service, service.trainer) == await moves(service, people[0].account_id) == []
    first, refused, last = (await get(service, successor, "/decisions"))["items"]
    assert (first["by"], first["acting_as"], first["label"], first["note"]) == (
        "Lou Faure, agence",
        "staff",
        "Demande acceptée",
        "Accord par téléphone.",
    )
    assert (refused["by"], refused["note"]) == ("Lou Faure, employeur", "Effectif insuffisant.")
    assert (last["status_label"], last["attended"]) == ("Inscrit·e", None)

    soon, late = quote(service.now.isoformat()), quote((service.now + timedelta(days=1)).isoformat())
    for query, expected in (
        (f"account_id={people[1].account_id}", of_structure[1:2]),
        (f"session_id={session}", of_structure),
        (f"session_id={uuid4()}", []),
        ("move=refuse", of_structure[1:2]),
        (f"structure_id={people[3].structure_id}", []),
        (f"from={soon}&to={late}", of_structure),
        (f"from={late}", []),
    ):
        assert await moves(service, successor, query) == expected, query
    pages = await get(service, successor, "/decisions?limit=2")
    rest = await get(service, successor, f"/decisions?limit=2&cursor={pages['next']}")
    assert [UUID(one["enrollment_id"]) for one in [*pages["items"], *rest["items"]]] == [
        request for _, request in of_structure
    ]
    file = (await service.call("GET", "/decisions/export?move=refuse", by=successor)).text.splitlines()
    assert len(file) == 2
    assert "Demande refusée;Lou Faure, employeur;Effectif insuffisant.;Faure;Lou;Mission locale;VAE;" in file[1]


async def test_staff_find_the_decisions_that_people_took_on_their_own_requests(service: EnrollmentService) -> None:
    await decided(service)
    structure, session = uuid4(), await service.session(9)
    [alone, colleague] = await service.people(2, structure_id=structure)
    employers = (
        service.attachment(alone.account_id, structure, "beneficiary", "employer", version=2),
        service.attachment(service.employer, structure, "referent", version=2),
    )
    await service.tell(
        *(
            AttachmentStatusesChanged(
                occurred_at=service.now, attachment=each, before=("beneficiary",), changed_by=service.staff
            )
            for each in employers
        )
    )
    own, other = [await service.request(person, session) for person in (alone, colleague)]
    for request in (own, other):
        await service.decides(alone.account_id, request, "acceptance")
    assert await moves(service, alone.account_id, "own=true") == [("accept", own)]
    assert await moves(service, service.staff, "own=true") == [("accept", own)]
    assert await moves(service, alone.account_id, "own=false") == [("accept", other)]
    [shown] = (await get(service, service.staff, "/decisions?own=true"))["items"]
    assert shown["own"] is True
    # written by a process of the previous version, which does not know the column
    async with service.database.engine.begin() as connection:
        await connection.execute(text("UPDATE employer_decisions SET own = NULL"))
    assert await moves(service, service.staff, "own=true") == [("accept", own)]
    assert len(await moves(service, service.staff, "own=false")) == 5


async def test_a_list_becomes_a_file_with_its_filters(
    service: EnrollmentService, monkeypatch: pytest.MonkeyPatch
) -> None:
    people, requests, _ = await decided(service)
    await service.tell(service.account(people[1].account_id, version=2, first_name="=1+1", last_name="Élan"))
    answer = await service.call("GET", "/enrollments/export?scope=all&group=refused&format=csv", by=service.staff)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    title, line = answer.content.decode("utf-8-sig").splitlines()
    assert title.startswith("Nom;Prénom;Structure;Formation;Axe;Lieu;Début;Fin;Demandée le;État;Hors délai;A suivi;")
    assert line.startswith("Élan;'=1+1;Mission locale;VAE;;Limoges;")
    assert "Refusée (par l'employeur)" in line
    assert "Accompagner les salariés." in line
    book = await service.call("GET", "/enrollments/export?scope=structure&format=xlsx", by=service.employer)
    with ZipFile(BytesIO(book.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 1 + len(requests)
    mine = await service.call("GET", "/enrollments/export", by=people[0].account_id)
    assert len(mine.text.splitlines()) == 2
    from shared.http import export

    monkeypatch.setattr(export, "MOST_ROWS", 3)
    monkeypatch.setattr(endpoints, "MOST_ROWS", 3)
    refused = await service.call("GET", "/enrollments/export?scope=all", by=service.staff)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["requested_from", "session_from", "approval"]


async def test_staff_read_the_figures_of_a_period(service: EnrollmentService) -> None:
    _, requests, session = await decided(service)
    full = await service.session(1)
    for person in await service.people(2):
        await service.accepts(await service.request(person, full))
    await service.capacity(session, 1)
    from shared.contracts.catalogue import SessionRescheduled

    alone = await service.session(4)
    await service.tell(
        SessionRescheduled(occurred_at=service.now, session=service.next_of(alone, trainer_ids=()), moved=False)
    )
    before = await get(service, service.staff, "/figures")
    assert (before["counted_at"], before["requests"], before["fill"]) == (None, [], [])
    await service.count_figures()
    figures = await get(service, service.staff, "/figures")
    assert figures["counted_at"] is not None
    by_approval = {each["approval"]: each["requests"] for each in figures["requests"]}
    assert by_approval == {"validated": 1, "refused": 1, "awaiting_trainer": 4}
    assert figures["fill"] == [{"axis_name": None, "sessions": 3, "capacity": 6, "held": 4, "queued": 1}]
    waiting = figures["waiting"]
    assert 0 <= waiting.pop("decision_hours") < 1
    assert waiting == {
        "queued": 1,
        "sheets_to_close": 0,
        "sessions_without_trainer": 1,
        "sessions_overbooked": 1,
        "undelivered": 0,
    }
    await service.moves(session, -timedelta(days=90))
    later = await get(service, service.staff, "/figures")
    assert (later["waiting"]["sheets_to_close"], later["waiting"]["sessions_overbooked"]) == (1, 0)
    for who in (service.employer, service.trainer):
        assert (await service.call("GET", "/figures", by=who)).status_code == 404
    begin, end = quote(service.now.isoformat()), quote((service.now + timedelta(days=800)).isoformat())
    answer = await service.call("GET", f"/figures?from={begin}&to={end}", by=service.staff)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "to")
    assert requests


async def test_decisions_are_counted_by_how_long_employers_took(service: EnrollmentService) -> None:
    session = await service.session(12)
    requests = await service.requests(await service.people(6), session)
    for request, days in zip(requests, (0, 1, 2, 3, 13, 15), strict=True):
        await service.accepts(request)
        statement = text(
            "UPDATE employer_decisions SET waited = make_interval(days => :days) WHERE enrollment_id = :id"
        )
        async with service.database.engine.begin() as connection:
            await connection.execute(statement, {"days": days, "id": request})
    await service.count_figures()
    figures = await get(service, service.staff, "/figures")
    assert figures["delays"] == [
        {"since": 0, "until": 1, "decisions": 1},
        {"since": 1, "until": 3, "decisions": 2},
        {"since": 3, "until": 7, "decisions": 1},
        {"since": 7, "until": 14, "decisions": 1},
        {"since": 14, "until": None, "decisions": 1},
    ]


async def test_a_rule_has_a_sentence_fields_and_an_author(service: EnrollmentService) -> None:
    await service.call(
        "PUT", "/rules/structure_cap", {"enabled": True, "value": {"people": 1}}, by=service.staff, **{"If-Match": "0"}
    )
    [cap] = [rule for rule in await get(service, service.staff, "/rules") if rule["name"] == "structure_cap"]
    assert cap["sentence"].startswith("Une structure a au plus 1 place dans une formation")
    assert cap["fields"] == [
        {
            "name": "people",
            "label": "Nombre de personnes",
            "unit": "personnes",
            "at_least": 1,
            "at_most": 1000,
            "choices": None,
        }
    ]
    assert (cap["since"] is not None, cap["set_by"]["last_name"]) == (True, "Faure")
    rules = {rule["name"]: rule for rule in await get(service, service.employer, "/rules")}
    assert (rules["structure_cap"]["set_by"], rules["structure_cap"]["since"]) == (None, cap["since"])
    assert (rules["yearly_quota"]["since"], rules["yearly_quota"]["version"]) == (None, 0)
