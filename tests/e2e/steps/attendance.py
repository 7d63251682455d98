"""Steps that record the attendance slot by slot, and what each person finds afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.scenario import Scenario
from tests.e2e.steps.catalogue import half_day
from tests.e2e.steps.requests import ENROLLMENTS


async def staff_move_the_session_and_everybody_gets_a_mail(scenario: Scenario) -> None:
    """To yesterday, so that its attendance can be taken: past sessions may be entered afterwards."""
    await move_to_yesterday(scenario, "entretien")
    # two people of the association take part, and its employer gets one mail about both
    subject = f"Session déplacée : {scenario.title('entretien')}"
    await scenario.all_read(subject, "bruno", "ines", "jules", "claire", "denis", "hugo")
    assert [mail for mail in await scenario.mails.unread(scenario["hugo"].email) if subject in mail] == []
    await scenario["theo"].read_mail(f"Votre session est déplacée : {scenario.title('entretien')}")


async def attendance_is_taken_slot_by_slot(scenario: Scenario) -> None:
    theo, path = scenario["theo"], _sheet(scenario)
    morning, afternoon = (slot["id"] for slot in scenario.sessions["entretien"]["slots"])
    sheet = await theo.get_until(
        path, lambda answer: datetime.fromisoformat(answer["session"]["ends_at"]) < datetime.now(UTC)
    )
    assert {line["person"]["id"] for line in sheet["lines"]} == {
        scenario[person].id for person in ("bruno", "ines", "jules")
    }
    assert all(line["presences"] == {morning: None, afternoon: None} for line in sheet["lines"])

    body = _presences(scenario, bruno=True, ines=True, jules=False)
    await scenario["bruno"].call("PUT", f"{path}/slots/{morning}", body, expect=404)
    await theo.call("PUT", f"{path}/slots/{morning}", body)
    problem = await theo.call("POST", f"{path}/closure", expect=409)  # the afternoon is missing
    assert problem["detail"]
    sheet = await theo.call(
        "PUT", f"{path}/slots/{afternoon}", _presences(scenario, bruno=True, ines=False, jules=False)
    )
    lines = {line["person"]["id"]: line["presences"] for line in sheet["lines"]}
    assert lines[scenario["ines"].id] == {morning: True, afternoon: False}


async def attendance_is_closed_once(scenario: Scenario) -> None:
    theo, path = scenario["theo"], _sheet(scenario)
    sheet = await theo.call("POST", f"{path}/closure")
    assert sheet["closed_at"]
    morning = scenario.sessions["entretien"]["slots"][0]["id"]
    await theo.call(
        "PUT", f"{path}/slots/{morning}", _presences(scenario, bruno=False, ines=False, jules=False), expect=409
    )


async def every_employer_gets_the_attendance_by_mail(scenario: Scenario) -> None:
    title = scenario.title("entretien")
    for text in await scenario.all_read(f"Présences : {title}", "claire", "denis"):
        assert f"{scenario['bruno'].full_name} : présent·e à 2 créneaux sur 2" in text
        assert scenario["ines"].last_name not in text
    text = await scenario["hugo"].read_mail(f"Présences : {title}")
    assert f"{scenario['ines'].full_name} : présent·e à 1 créneau sur 2" in text
    assert f"{scenario['jules'].full_name} : absent·e" in text


async def people_who_attended_get_a_certificate(scenario: Scenario) -> None:
    for key in ("bruno", "ines"):
        mail = await scenario.mails.read(
            scenario[key].email, f"Votre certificat de réalisation : {scenario.title('entretien')}"
        )
        assert f"/demandes/{scenario.requests[key, 'entretien']}" in mail.text
        path = f"{ENROLLMENTS}/{scenario.requests[key, 'entretien']}/certificate"
        certificate = await scenario[key].send("GET", path)
        assert (certificate.status_code, certificate.content[:4]) == (200, b"%PDF")


async def the_person_finds_attended_requested_refused_and_cancelled_sessions(scenario: Scenario) -> None:
    expected = {
        "bruno": {"followed": ["entretien"], "requested": ["visite"], "refused": ["numerique"], "cancelled": ["droit"]},
        "emma": {"followed": [], "requested": [], "refused": [], "cancelled": ["entretien"]},
        "jules": {"followed": [], "requested": [], "refused": ["visite"], "cancelled": ["entretien"]},
    }
    for person, groups in expected.items():
        for group, trainings in groups.items():
            requests = (await scenario[person].get_json(f"{ENROLLMENTS}?scope=mine&group={group}"))["items"]
            assert [request["id"] for request in requests] == [
                scenario.requests[person, training] for training in trainings
            ], (
                person,
                group,
            )
            assert all(
                scenario.title(training) in request["session"]["title"]
                for request, training in zip(requests, trainings, strict=True)
            )


async def employers_find_all_their_decisions(scenario: Scenario) -> None:
    claire = await _decisions(scenario, "claire")
    assert claire == [("cancel", "bruno", "droit"), ("accept", "bruno", "droit"), ("accept", "bruno", "entretien")]
    assert await _decisions(scenario, "denis") == [("refuse", "bruno", "numerique"), ("accept", "emma", "entretien")]
    hugo = [("accept", "jules", "visite"), ("accept", "jules", "entretien"), ("accept", "ines", "entretien")]
    assert await _decisions(scenario, "hugo") == hugo


async def nobody_got_an_unexpected_mail(scenario: Scenario) -> None:
    """What is left unread: an employer hears of a colleague's decision, a trainer of each session given to them.

    The receipt of a request for an attachment leaves only if nobody has answered it before.
    """
    title = scenario.title
    left = {
        "claire": {
            f"Demande refusée : {title('numerique')}",
            f"Demande {scenario['emma'].of} acceptée : {title('entretien')}",
        },
        "denis": {
            f"Demande {scenario['bruno'].of} acceptée : {title('droit')}",
            f"Demande {scenario['bruno'].of} acceptée : {title('entretien')}",
        },
        "theo": {
            f"Une session vous est confiée : {title(training)}"
            for training in ("visite", "droit", "numerique", "entretien")
        },
    }
    unread = {
        key: {
            subject
            for subject in await scenario.mails.unread(person.email)
            if "pour rejoindre la structure" not in subject
        }
        for key, person in scenario.people.items()
    }
    assert {key: subjects for key, subjects in unread.items() if subjects} == left


async def move_to_yesterday(scenario: Scenario, training: str) -> None:
    """Move the two slots of the session, as staff."""
    path = f"catalogue/v1/sessions/{scenario.sessions[training]['id']}"
    day = (datetime.now(UTC) - timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    slots = [
        half_day(day, hours) | {"id": slot["id"]}
        for slot, hours in zip(scenario.sessions[training]["slots"], (0, 5), strict=True)
    ]
    times = {"opens_at": (day - timedelta(days=9)).isoformat(), "closes_at": (day - timedelta(days=2)).isoformat()}
    moved = await scenario.staff.edit("PATCH", path, {"slots": slots, **times})
    assert [slot["id"] for slot in moved["slots"]] == [slot["id"] for slot in slots]


async def _decisions(scenario: Scenario, employer: str) -> list[tuple[str, str, str]]:
    """Move, person and training of each decision that this employer took, newest first."""
    names = {request: person_and_training for person_and_training, request in scenario.requests.items()}
    decisions = (await scenario[employer].get_json("enrollment/v1/decisions"))["items"]
    assert all(item["person"] and item["session"] and item["structure"] and item["status_label"] for item in decisions)
    own = [item for item in decisions if item["decided_by"]["last_name"] == scenario[employer].last_name]
    return [(item["move"], *names[item["enrollment_id"]]) for item in own]


def _sheet(scenario: Scenario) -> str:
    return f"enrollment/v1/sessions/{scenario.sessions['entretien']['id']}/attendance"


def _presences(scenario: Scenario, **attended: bool) -> dict[str, Any]:
    return {
        "presences": [
            {"enrollment_id": scenario.requests[key, "entretien"], "present": present}
            for key, present in attended.items()
        ]
    }
