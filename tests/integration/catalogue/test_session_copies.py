"""The trainers and the occupancy of a session, which come from the events of other services."""

from uuid import uuid4

from shared.contracts.identity import AccountUpdated
from tests.integration.catalogue.catalogue_service import NOW, CatalogueService


async def test_a_session_whose_trainer_was_erased_can_still_be_changed(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    await service.erase(service.trainer)

    assert (await service.change("PATCH", f"/sessions/{session['id']}", {"place": "Guéret"}, version=1))[
        "trainers"
    ] == []


async def test_the_newest_occupancy_is_shown_whatever_the_order_of_events(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"

    await service.tell(service.occupancy(session["id"], 3, held=12, queued=4))
    assert (await service.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await service.tell(
        service.occupancy(session["id"], 2, held=1, queued=0), service.occupancy(session["id"], 3, held=2, queued=0)
    )
    assert (await service.get(path))["occupancy"] == {"held": 12, "queued": 4, "free": 0}
    await service.tell(service.occupancy(session["id"], 4, held=11, queued=0))
    assert (await service.get("/sessions"))["items"][0]["occupancy"] == {"held": 11, "queued": 0, "free": 1}
    # fewer seats than are held: nobody is evicted, and none is free
    assert (await service.change("PUT", f"{path}/capacity", {"capacity": 5}, version=1))["occupancy"] == {
        "held": 11,
        "queued": 0,
        "free": 0,
    }


async def test_a_trainer_is_shown_with_the_newest_name_and_not_at_all_once_erased(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    path = f"/sessions/{session['id']}"

    def named(first_name: str, version: int) -> AccountUpdated:
        return AccountUpdated(occurred_at=NOW, account=service.account(service.trainer, first_name, version).account)

    await service.tell(named("Théodore", 3))
    await service.tell(named("Théophile", 2))
    assert [trainer["first_name"] for trainer in (await service.get(path))["trainers"]] == ["Théodore"]
    await service.erase(service.trainer)
    assert (await service.get(path))["trainers"] == []


async def test_an_erased_person_leaves_no_trace_and_is_not_brought_back(service: CatalogueService) -> None:
    session = await service.session(await service.training())
    data = await service.get("/me/data", by=service.trainer)
    assert [row["first_name"] for row in data["account"]] == ["Théo"]
    assert [row["id"] for row in data["trained_sessions"]] == [session["id"]]
    for _ in range(2):
        await service.erase(service.trainer)
    for version in (2, 12):
        await service.tell(service.account(service.trainer, "Théo", version))
    [row] = await service.rows("SELECT * FROM accounts WHERE id = :id", id=service.trainer)
    assert (row.first_name, row.last_name, row.erased) == ("Compte", "supprimé", True)
    unknown = uuid4()
    await service.erase(unknown)
    await service.tell(service.account(unknown, "Zoé"))
    assert await service.rows("SELECT 1 FROM accounts WHERE first_name = 'Zoé'") == []
