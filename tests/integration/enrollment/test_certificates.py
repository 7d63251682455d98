"""The certificate of attendance and the printed sheet, read back with another library."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from services.enrollment.api.certificate_pdf import Agency
from shared.contracts.catalogue import TrainingRevised
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.sheet_room import Room, a_room, accepted
from tests.integration.enrollment.test_attendance import YESTERDAY

MISSING_GLYPH = "\x00"


class Printed:
    """The text of a PDF, with plain spaces."""

    def __init__(self, content: bytes) -> None:
        self.reader = PdfReader(BytesIO(content))
        self.pages = [page.extract_text().replace("\u00a0", " ") for page in self.reader.pages]
        self.text = "\n".join(self.pages)


@pytest.fixture
def service(service: EnrollmentService) -> EnrollmentService:
    """The service of an agency that signs."""
    service.app.state.agency = Agency(
        name="Cap Exemple",
        siret="73282932000074",
        address="12 rue de l’Exemple, 87000 Limoges",
        town="Limoges",
        signatory="Hélène Martin, directrice",
    )
    return service


async def a_certified_person(service: EnrollmentService) -> tuple[Room, Person, UUID]:
    """Was there in the morning from the second half on, and not in the afternoon."""
    room = await a_room(service)
    [person] = await service.people(1)
    named = {"first_name": "Łucja", "last_name": "Nguyễn-Çelik", "civility": "Mme", "version": 2}
    await service.tell(service.account(person.account_id, **named))
    training = service.training(service.sessions[room.session].training_id, axis_name="Accompagner", version=2)
    await service.tell(TrainingRevised(occurred_at=service.now, training=training))
    request = await service.enrolled(person, room.session)
    await service.moves(room.session, YESTERDAY)
    arrived = service.sessions[room.session].slots[0].starts_at + timedelta(minutes=90)
    for number, mark in enumerate(({"status": "late", "arrived_at": arrived.isoformat()}, {"status": "excused"})):
        body = {"presences": [{"enrollment_id": str(request), **mark}]}
        assert (await room.call("PUT", f"/slots/{room.slots[number]}", body)).status_code == 200
    return room, person, request


async def test_the_certificate_says_who_followed_what_for_how_long(service: EnrollmentService) -> None:
    room, person, request = await a_certified_person(service)
    path = f"/enrollments/{request}/certificate"
    assert (await service.call("GET", path, by=person.account_id)).status_code == 404  # the sheet is open
    assert (await room.closes()).status_code == 200

    answer = await service.call("GET", path, by=person.account_id)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    printed = Printed(answer.content)
    digits = request.hex.upper()
    year = service.sessions[room.session].slots[-1].ends_at.year
    number = f"{year}-{digits[:4]}-{digits[4:8]}-{digits[8:12]}"
    for words in (
        "Certificat de réalisation",
        f"N° {number}",
        "Mme Łucja Nguyễn-Çelik",
        "de la structure Mission locale (SIRET 732 829 320 00074)",
        "Hélène Martin, directrice, pour Cap Exemple, atteste que",
        "12 rue de l’Exemple, 87000 Limoges",
        "SIRET : 732 829 320 00074",
        "Action de formation",
        "Accompagner",
        "VAE",
        "Lou Roux",
        "Durée prévue 6 h",
        "Durée suivie 1 h 30",
        "absent·e, excusé·e",
        "Fait à Limoges, le",
        "Cachet et signature",
        f"Certificat de réalisation n° {number} · page 1 sur 1",
    ):
        assert words in " ".join(printed.text.split()), words
    assert len(printed.pages) == 1
    assert MISSING_GLYPH not in printed.text
    assert "remplace" not in printed.text
    assert printed.reader.metadata is not None
    assert printed.reader.metadata.title == f"Certificat de réalisation n° {number}"
    assert (await service.call("GET", path, by=service.employer)).content == answer.content
    assert (await service.call("GET", path, by=service.staff)).content == answer.content
    stranger = (await service.people(1))[0].account_id
    for reader in (service.trainer, stranger):
        assert (await service.call("GET", path, by=reader)).status_code == 404


async def test_a_corrected_certificate_names_the_one_that_it_replaces(service: EnrollmentService) -> None:
    room, person, request = await a_certified_person(service)
    await room.closes()
    path = f"/enrollments/{request}/certificate"
    first = Printed((await service.call("GET", path, by=person.account_id)).content)
    number = next(line for line in first.text.splitlines() if line.startswith("N°")).removeprefix("N° ")

    assert (await room.corrects(request, morning="present")).status_code == 200

    second = Printed((await service.call("GET", path, by=person.account_id)).content)
    assert f"N° {number}-2" in second.text
    assert f"Ce certificat remplace le certificat n° {number}, corrigé." in second.text
    assert "3 h" in second.text
    assert (await room.corrects(request, morning="unexcused")).status_code == 200
    assert (await service.call("GET", path, by=person.account_id)).status_code == 404
    await room.corrects(request, morning="present")
    assert f"N° {number}-3" in Printed((await service.call("GET", path, by=person.account_id)).content).text
    assert (await room.call("POST", "/reopening", {"reason": "À revoir."})).status_code == 200
    assert (await service.call("GET", path, by=person.account_id)).status_code == 404


async def test_the_sheet_is_printed_with_a_box_for_each_person_and_slot(service: EnrollmentService) -> None:
    room = await a_room(service, 30)
    people = await service.people(14)
    requests = [await accepted(service, person, room.session) for person in people]
    assert (await service.decides(service.trainer, requests[0], "validation")).status_code == 200
    await service.tell(service.account(people[0].account_id, first_name="Ngọc", last_name="Đặng", version=2))

    answer = await room.call("GET", "/sheet.pdf", by=service.staff)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    printed = Printed(answer.content)
    assert len(printed.pages) == 2  # 14 people and three empty lines
    assert "Page 1 sur 2" in printed.pages[0]
    assert "Page 2 sur 2" in printed.pages[1]
    for page in printed.pages:
        assert "Feuille d’émargement" in page
        assert "Limoges" in page
        assert "Signature du formateur ou de la formatrice" in page
    assert "ĐẶNG Ngọc" in printed.text
    assert printed.text.count("FAURE Lou") == 13
    assert printed.text.count("pré-inscrit·e, à valider") == 13
    assert MISSING_GLYPH not in printed.text
    box = printed.reader.pages[0].mediabox
    assert box.width > box.height
    for stranger in (people[0].account_id, service.employer, uuid4()):
        assert (await room.call("GET", "/sheet.pdf", by=stranger)).status_code in {403, 404}


async def test_employers_read_attendances_by_slot_and_referents_without_the_words(service: EnrollmentService) -> None:
    room, person, request = await a_certified_person(service)
    referent, other = uuid4(), (await service.people(1))[0]
    await service.tell(service.account(referent), service.attached(referent, person.structure_id, "referent"))
    body = {"presences": [{"enrollment_id": str(request), "status": "excused", "remark": "Rendez-vous médical."}]}
    await room.call("PUT", f"/slots/{room.slots[1]}", body)
    assert (await service.call("GET", "/attendance", by=service.employer)).json()["items"] == []
    await room.closes()

    async def read(by: UUID, query: str = "") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await service.call("GET", f"/attendance{query}", by=by)).json()["items"]
        return items

    for reader, word in (
        (service.employer, "Rendez-vous médical."),
        (person.account_id, "Rendez-vous médical."),
        (service.staff, "Rendez-vous médical."),
        (referent, None),
    ):
        [line] = await read(reader)
        assert (line["enrollment_id"], line["person"]["last_name"]) == (str(request), "Nguyễn-Çelik")
        assert [(each["status"], each["remark"]) for each in line["slots"]] == [("late", None), ("excused", word)]
        assert (line["attended"], line["status_label"], line["has_certificate"]) == (True, "Suivie", True)
        assert (line["planned_minutes"], line["followed_minutes"]) == (360, 90)
        assert line["followed_label"].replace("\u00a0", " ") == "1 h 30 sur 6 h"
    for stranger in (service.trainer, other.account_id):
        assert await read(stranger) == []
    start = service.sessions[room.session].slots[0].starts_at
    after, until = (start + timedelta(hours=1)).isoformat().replace("+", "%2B"), start.isoformat().replace("+", "%2B")
    for query, count in (
        (f"?structure_id={person.structure_id}&session_id={room.session}&account_id={person.account_id}", 1),
        (f"?structure_id={other.structure_id}", 0),
        (f"?session_id={uuid4()}", 0),
        (f"?account_id={other.account_id}", 0),
        (f"?from={until}", 1),
        (f"?from={after}", 0),
        (f"?to={until}", 0),
        (f"?to={after}", 1),
    ):
        assert len(await read(service.employer, query)) == count, query


async def test_attendances_and_sessions_are_exported_with_the_filters_of_their_lists(
    service: EnrollmentService,
) -> None:
    room, person, _ = await a_certified_person(service)
    await room.closes()
    file = (await service.call("GET", "/attendance/export", by=service.employer)).text.removeprefix("\ufeff")
    titles, line = (row.split(";") for row in file.splitlines())
    row = dict(zip(titles, line, strict=True))
    assert {name: row[name] for name in ("Nom", "Prénom", "Statut", "Créneaux suivis", "Minutes suivies")} == {
        "Nom": "Nguyễn-Çelik",
        "Prénom": "Łucja",
        "Statut": "Suivie",
        "Créneaux suivis": "1",
        "Minutes suivies": "90",
    }
    nobody = f"/attendance/export?account_id={uuid4()}"
    assert len((await service.call("GET", nobody, by=service.employer)).text.splitlines()) == 1
    sessions = await service.call("GET", "/sessions/export?format=xlsx&when=past", by=service.trainer)
    assert (sessions.status_code, sessions.content[:2]) == (200, b"PK")
    assert len((await service.call("GET", "/sessions/export?when=coming", by=service.trainer)).text.splitlines()) == 1
    mine = (await service.call("GET", "/sessions/export", by=service.trainer)).text
    assert "Émargement clos" in mine
    assert (await service.call("GET", "/attendance/export", by=person.account_id)).status_code == 200


async def test_attendances_are_paged(service: EnrollmentService) -> None:
    room = await a_room(service)
    people = await service.people(3)
    requests = [await service.enrolled(person, room.session) for person in people]
    await service.moves(room.session, YESTERDAY)
    await room.all_present(*requests)
    await room.closes()
    found: list[str] = []
    path = "/attendance?limit=2"
    while path:
        page = (await service.call("GET", path, by=service.employer)).json()
        found += [item["enrollment_id"] for item in page["items"]]
        path = f"/attendance?limit=2&cursor={page['next']}" if page["next"] else ""
    assert sorted(found) == sorted(map(str, requests))
    assert len(found) == 3
