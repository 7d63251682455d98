"""The lists of sessions and trainings as files for spreadsheets."""

import csv
from io import StringIO

from tests.integration.catalogue.catalogue_service import CatalogueService, slot


def lines(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";"))


async def test_staff_get_the_sessions_of_the_list_in_a_file(service: CatalogueService) -> None:
    training = await service.training(await service.axis("Écouter"), title="=1+1")
    soon = await service.session(training, slots=[slot(10), slot(10, 14)], town="Limoges")
    gone = await service.session(training, slots=[slot(20)], trainer_ids=[])
    await service.change("POST", f"/sessions/{gone['id']}/cancellation", {"reason": "Travaux."})
    await service.tell(service.occupancy(soon["id"], 1, held=10, queued=1))

    answer = await service.call("GET", "/sessions/export?format=csv&town=limoges", by=service.staff)

    assert answer.headers["content-disposition"] == 'attachment; filename="sessions.csv"'
    [line] = lines(answer.content)
    assert (line["Formation"], line["Axe"], line["Début"], line["Fin"], line["Heures"], line["Formateurs"]) == (
        "'=1+1", "Écouter", "04/12/2026 10:00", "04/12/2026 18:00", "6,0", "Théo Faure",
    )  # fmt: skip
    assert (line["Places"], line["Places libres"], line["En attente"], line["Demandes"], line["Annulée le"]) == (
        "12", "2", "1", "Ouvert, 2 places, 1 personne en attente", "",
    )  # fmt: skip
    cancelled = await service.call("GET", "/sessions/export?state=cancelled", by=service.staff)
    [line] = lines(cancelled.content)
    assert (line["Motif de l'annulation"], line["Annulée le"]) == ("Travaux.", "24/11/2026 10:00")
    xlsx = await service.call("GET", "/sessions/export?format=xlsx", by=service.staff)
    assert (xlsx.status_code, xlsx.content[:2]) == (200, b"PK")


async def test_staff_get_the_trainings_of_the_list_in_a_file(service: CatalogueService) -> None:
    await service.training(title="Visite", kind="other_action", members_only=True, duration="1 jour")
    await service.training(title="Entretien")

    answer = await service.call("GET", "/trainings/export?kind=other_action", by=service.staff)

    [line] = lines(answer.content)
    assert (line["Formation"], line["Nature"], line["Réservée aux adhérents"], line["État"], line["Durée"]) == (
        "Visite", "Autre action", "oui", "Publiée", "1 jour",
    )  # fmt: skip


async def test_nobody_but_staff_gets_a_file(service: CatalogueService) -> None:
    for path in ("/sessions/export", "/trainings/export"):
        assert (await service.call("GET", path)).status_code == 401
        assert (await service.call("GET", path, by=service.trainer)).status_code == 404
