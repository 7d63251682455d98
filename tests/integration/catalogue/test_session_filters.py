"""The filters of the list of sessions, its counts, and what each line says."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.catalogue.catalogue_service import NOW, CatalogueService, errors, slot
from tests.integration.catalogue.test_lists import ids, pages, statements

PAST = {"opens_at": "2026-01-01T00:00:00Z", "closes_at": "2026-01-02T00:00:00Z"}
NOT_YET = {"opens_at": "2026-12-01T08:00:00Z", "closes_at": "2026-12-20T08:00:00Z"}


class Town:
    """Five sessions that differ in what can be filtered."""

    def __init__(self, service: CatalogueService) -> None:
        self.service = service
        self.sessions: dict[str, Any] = {}

    async def build(self) -> None:
        service = self.service
        listen, law = await service.axis("Écouter"), await service.axis("Droit")
        self.axes = {"listen": listen["id"], "law": law["id"]}
        interview = await service.training(listen, title="Conduire un entretien", content="La reformulation.")
        visit = await service.training(
            law, title="Visite d'un tribunal", kind="other_action", members_only=True, content="Le procès équitable."
        )
        self.trainings = {"interview": interview["id"], "visit": visit["id"]}
        made: dict[str, tuple[Any, dict[str, Any]]] = {
            "soon": (interview, {"slots": [slot(10)], "town": "Limoges", "address": "12 rue des Émailleurs"}),
            "full": (interview, {"slots": [slot(20)], "capacity": 2, "place": "Mairie", "town": "Guéret"}),
            "later": (visit, {"slots": [slot(50)], "place": "Palais de justice", "town": "limoges", **NOT_YET}),
            "far": (visit, {"slots": [slot(60)], "place": "En ligne", "distance": True, "trainer_ids": [],
                    "link": "https://visio.example/salle"}),
            "begun": (interview, {"slots": [slot(-2), slot(2)], **PAST}),
            "over": (interview, {"slots": [slot(-9)], **PAST}),
        }  # fmt: skip
        for name, (training, more) in made.items():
            self.sessions[name] = await service.session(training, **more)
        await service.tell(
            service.occupancy(self.sessions["full"]["id"], 1, held=3, queued=2),
            service.occupancy(self.sessions["soon"]["id"], 1, held=10, queued=1),
        )

    async def listed(self, query: str) -> list[str]:
        names = {session["id"]: name for name, session in self.sessions.items()}
        return [names[item["id"]] for item in (await self.service.get(f"/sessions?{query}"))["items"]]


@pytest.fixture
async def town(service: CatalogueService) -> Town:
    made = Town(service)
    await made.build()
    return made


async def test_each_filter_leaves_the_sessions_that_it_names(town: Town) -> None:
    everything = ["soon", "full", "later", "far"]
    expected = {
        "": everything,
        "q=RÉFORMULATION": ["soon", "full"],
        "q=proces+visite": ["later", "far"],
        "q=reformulation+visite": [],
        "place=emailleurs+limoges": ["soon"],
        "place=palais": ["later"],
        "town=LIMOGES": ["soon", "later"],
        "distance=true": ["far"],
        "distance=false": ["soon", "full", "later"],
        "kind=other_action": ["later", "far"],
        "members_only=false": ["soon", "full"],
        "members_only=true": ["later", "far"],
        "free=true": ["soon", "later", "far"],
        "free=false": everything,
        "open=true": ["soon", "full", "far"],
        "open=true&free=true&kind=training": ["soon"],
        "month=2027-01": ["later", "far"],
        "month=2026-11": ["over", "begun"],
        "past=true": ["begun", "over"],
        "past=true&sort=asc": ["over", "begun"],
        "past=true&month=2027-01": [],
        "sort=desc": everything[::-1],
        "without_trainer=true": ["far"],
        "overbooked=true": ["full"],
        f"trainer_id={town.service.trainer}": ["soon", "full", "later"],
        f"trainer_id={town.service.somebody}": [],
        f"axis_id={town.axes['law']}&town=limoges": ["later"],
        f"training_id={town.trainings['interview']}&past=true": ["begun", "over"],
        f"from=2026-01-01T00:00:00Z&to={quote(NOW.isoformat())}": ["over", "begun"],
    }
    assert {query: await town.listed(query) for query in expected} == expected


async def test_pages_in_the_other_order_have_each_session_once(town: Town) -> None:
    found = await pages(town.service, "/sessions?sort=desc&limit=3")
    assert [ids(page) for page in found] == [
        [town.sessions[name]["id"] for name in ("far", "later", "full")],
        [town.sessions["soon"]["id"]],
    ]


async def test_each_line_says_whether_requests_are_open_and_how_long_the_session_is(town: Town) -> None:
    items = (await town.service.get("/sessions"))["items"]
    assert [(item["requests"]["state"], item["requests"]["sentence"]) for item in items] == [
        ("open", "Ouvert, 2 places, 1 personne en attente"),
        ("full", "Complet, 2 personnes en attente"),
        ("upcoming", "Ouvre le 1er décembre"),
        ("open", "Ouvert, 12 places"),
    ]
    past = (await town.service.get("/sessions?past=true"))["items"]
    assert [item["requests"]["sentence"] for item in past] == ["Clos", "Terminée"]
    assert [item["duration_hours"] for item in past] == [6, 3]
    assert items[0]["starts_at"] == items[0]["slots"][0]["starts_at"]
    assert past[0]["ends_at"] == past[0]["slots"][1]["ends_at"]
    assert [item["training"]["kind_label"] for item in items][1:3] == ["Formation", "Autre action"]


async def test_the_parts_of_a_place_are_shown_and_the_link_only_to_people_who_are_signed_in(town: Town) -> None:
    path = f"/sessions/{town.sessions['far']['id']}"
    assert (await town.service.get(path, by=town.service.somebody))["link"] == "https://visio.example/salle"
    shown = await town.service.get(path)
    assert (shown["link"], shown["distance"], shown["town"], shown["access"]) == (None, True, None, None)
    changed = await town.service.change("PATCH", path, {"access": "Ascenseur.", "link": None}, version=1)
    assert (changed["access"], changed["link"], changed["place"]) == ("Ascenseur.", None, "En ligne")


@pytest.mark.parametrize("link", ["http://visio.example", "https://", "javascript:alert(1)", "https://a@b.example", ""])
async def test_a_link_that_is_not_https_is_refused(service: CatalogueService, link: str) -> None:
    body = service.a_session(await service.training(), link=link)
    answer = await service.call("POST", "/sessions", body, by=service.staff)
    assert errors(answer) == {"link": "Cette valeur doit être une adresse qui commence par https://."} or not link
    assert set(errors(answer)) == {"link"}


def counts(page: Any, facet: str) -> dict[str, tuple[str, int]]:
    return {each["value"]: (each["label"], each["count"]) for each in page["facets"][facet]}


async def test_sessions_are_counted_by_each_choice_without_its_own_filter(town: Town) -> None:
    with statements(town.service.database) as run:
        page = await town.service.get("/sessions?facets=true&limit=1")
    assert len([statement for statement in run if statement.startswith(("SELECT", "WITH"))]) == 2
    assert (page["total"], page["total_is_exact"], len(page["items"])) == (4, True, 1)
    assert counts(page, "axis") == {town.axes["law"]: ("Droit", 2), town.axes["listen"]: ("Écouter", 2)}
    assert counts(page, "town") == {"Limoges": ("Limoges", 2), "Guéret": ("Guéret", 1)}
    assert counts(page, "month") == {"2026-12": ("décembre 2026", 2), "2027-01": ("janvier 2027", 2)}
    assert counts(page, "kind") == {"training": ("Formation", 2), "other_action": ("Autre action", 2)}
    assert counts(page, "members_only") == {
        "false": ("Ouvertes à toutes les structures", 2),
        "true": ("Réservées aux adhérents", 2),
    }
    assert counts(page, "free") == {"true": ("Avec des places", 3), "false": ("Complètes", 1)}

    page = await town.service.get("/sessions?facets=true&kind=training&free=true")
    assert page["total"] == 1
    assert counts(page, "kind") == {"training": ("Formation", 1), "other_action": ("Autre action", 2)}
    assert {value: number for value, (_, number) in counts(page, "free").items()} == {"true": 1, "false": 1}
    assert counts(page, "town") == {"Limoges": ("Limoges", 1)}


async def test_without_facets_nothing_is_counted(town: Town) -> None:
    page = await town.service.get("/sessions")
    assert (page["total"], page["total_is_exact"], page["facets"]) == (None, None, None)
