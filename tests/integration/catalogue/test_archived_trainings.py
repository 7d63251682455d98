"""Archived trainings: people who have asked for one read it and its sessions by id; it stands in no list."""

from tests.integration.catalogue.catalogue_service import CatalogueService


async def test_people_who_are_signed_in_read_an_archived_training_and_its_sessions(service: CatalogueService) -> None:
    training = await service.training()
    session = await service.session(training)
    await service.change("POST", f"/trainings/{training['id']}/archival")

    for reader in (service.somebody, service.trainer, service.staff):
        shown = await service.get(f"/trainings/{training['id']}", by=reader)
        assert (shown["state"], shown["archived"]) == ("archived", True)
        assert [each["id"] for each in shown["sessions"]] == [session["id"]]
        one = await service.get(f"/sessions/{session['id']}", by=reader)
        assert one["training"]["archived"] is True
        assert one["requests"] == {"state": "closed", "label": "Clos", "sentence": "Clos"}
    for path in (f"/trainings/{training['id']}", f"/sessions/{session['id']}"):
        assert (await service.call("GET", path)).status_code == 404

    for query in ("/sessions", "/sessions?q=entretien", "/sessions?past=true", "/trainings", "/trainings?q=entretien"):
        assert (await service.get(query, by=service.somebody))["items"] == [], query
    assert (await service.get("/sessions?facets=true", by=service.somebody))["total"] == 0


async def test_nobody_but_staff_reads_a_draft(service: CatalogueService) -> None:
    draft = await service.draft(await service.axis())
    for reader in (service.somebody, None):
        assert (await service.call("GET", f"/trainings/{draft['id']}", by=reader)).status_code == 404
