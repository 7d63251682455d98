"""Steps in which staff publish trainings and everybody reads them: by date, by axis, one by one."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.e2e.people import Person
from tests.e2e.scenario import Scenario

TRAININGS: Final = {
    # key          title                                  kind            members only   days from now   seats
    "entretien": ("Mener un entretien d'accompagnement", "training", False, 30, 2),
    "numerique": ("Animer un atelier numérique", "training", False, 20, 5),
    "droit": ("Actualité du droit de la formation", "other_action", True, 25, 5),
    "visite": ("Visite d'un plateau technique", "other_action", False, 40, 5),
}
CHRONOLOGY: Final = ["numerique", "droit", "entretien", "visite"]


async def staff_create_the_account_of_a_trainer_without_a_structure(scenario: Scenario) -> None:
    theo = scenario["theo"]
    body = {"civility": "M.", "first_name": theo.first_name, "last_name": theo.last_name, "email": theo.email}
    await scenario.staff.call("POST", "identity/v1/accounts", body, expect=201)
    await theo.verify_address(invited=True)
    await theo.sign_in()
    assert (await theo.get_json("identity/v1/me"))["attachments"] == []


async def staff_publish_trainings_with_their_sessions(scenario: Scenario) -> None:
    axis = {"name": f"Accompagnement {scenario.run}", "description": "Accueillir, orienter, suivre.", "position": 900}
    scenario.axis = await scenario.staff.call_until("POST", "catalogue/v1/axes", axis, expect=201)
    for key, (title, kind, members_only, days, seats) in TRAININGS.items():
        body = {
            "title": f"{title} {scenario.run}",
            "axis_id": scenario.axis["id"],
            "kind": kind,
            "members_only": members_only,
            "summary": "Une journée pour progresser.",
            "objectives": f"Objectifs de « {title} ».",
            "content": f"Contenu de « {title} ».",
            "audience": "Personnes qui accompagnent des publics.",
            "prerequisites": "Recevoir du public depuis trois mois.",
        }
        training = await scenario.staff.call("POST", "catalogue/v1/trainings", body, expect=201)
        path = f"catalogue/v1/trainings/{training['id']}"
        await scenario.visitor.get_json(path, expect=404)  # a draft
        await scenario.staff.call("POST", f"{path}/publication")
        scenario.trainings[key] = await scenario.visitor.get_json(path)
        scenario.sessions[key] = await schedule(
            scenario, training["id"], days=days, seats=seats, trainer=scenario["theo"]
        )


async def schedule(scenario: Scenario, training_id: str, *, days: int, seats: int, trainer: Person) -> Any:
    """Schedule a session with two slots on one day; repeated until the catalogue has received the trainer's account."""
    day = (datetime.now(UTC) + timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
    body = {
        "training_id": training_id,
        "capacity": seats,
        "place": f"Salle Vézère, Limoges {scenario.run}",
        "opens_at": (datetime.now(UTC) - timedelta(days=1)).isoformat(),
        "closes_at": (day - timedelta(days=3)).isoformat(),
        "slots": [half_day(day, 0), half_day(day, 5)],
        "trainer_ids": [trainer.id],
    }
    return await scenario.staff.call_until("POST", "catalogue/v1/sessions", body, expect=201)


def half_day(day: datetime, hours: int) -> dict[str, str]:
    """A slot of three and a half hours that starts `hours` after `day`."""
    start = day + timedelta(hours=hours)
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=3, minutes=30)).isoformat()}


async def visitors_read_the_sessions_in_order_of_date(scenario: Scenario) -> None:
    sessions: list[dict[str, Any]] = []
    path = "catalogue/v1/sessions?limit=100"
    cursor: str | None = ""
    while cursor is not None:
        page = await scenario.visitor.get_json(path + cursor)
        sessions += page["items"]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    starts = [datetime.fromisoformat(session["slots"][0]["starts_at"]) for session in sessions]
    assert starts == sorted(starts)
    trainings = [session["training"] for session in sessions]
    ours = [training["id"] for training in trainings if training["axis"]["id"] == scenario.axis["id"]]
    assert ours == [scenario.trainings[key]["id"] for key in CHRONOLOGY]


async def visitors_choose_an_axis_and_then_a_training(scenario: Scenario) -> None:
    axes = await scenario.visitor.get_json("catalogue/v1/axes")
    assert scenario.axis["name"] in [axis["name"] for axis in axes]
    sessions = await scenario.visitor.get_json(f"catalogue/v1/sessions?axis_id={scenario.axis['id']}")
    assert [session["id"] for session in sessions["items"]] == [scenario.sessions[key]["id"] for key in CHRONOLOGY]
    trainings = await scenario.visitor.get_json(f"catalogue/v1/trainings?axis_id={scenario.axis['id']}")
    listed = {training["id"] for training in trainings["items"]}
    assert listed == {training["id"] for training in scenario.trainings.values()}


async def a_training_shows_its_content_audience_prerequisites_and_every_slot(scenario: Scenario) -> None:
    training = await scenario.visitor.get_json(f"catalogue/v1/trainings/{scenario.trainings['entretien']['id']}")
    for field in ("summary", "objectives", "content", "audience", "prerequisites"):
        assert training[field].strip(), field
    [session] = training["sessions"]
    assert [slot["starts_at"] for slot in session["slots"]] == [
        slot["starts_at"] for slot in scenario.sessions["entretien"]["slots"]
    ]
    assert len(session["slots"]) == 2
    assert [trainer["last_name"] for trainer in session["trainers"]] == [scenario["theo"].last_name]
    assert session["occupancy"] == {"held": 0, "queued": 0, "free": 2}
