"""Who was there, slot by slot; and what everybody finds afterwards."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.e2e.steps.catalogue import half_day
from tests.e2e.steps.requests import ENROLLMENTS
from tests.e2e.story import Story


async def the_desk_moves_the_session_and_everybody_hears_of_it(story: Story) -> None:
    """To yesterday, so that its attendance can be taken: what took place may be entered afterwards."""
    await moved_to_yesterday(story, "entretien")
    # the association's employer has two people there
    await story.all_read(
        f"Session déplacée : {story.title('entretien')}", "bruno", "ines", "jules", "claire", "denis", "hugo", "hugo"
    )


async def attendance_is_taken_slot_by_slot(story: Story) -> None:
    theo, path = story["theo"], _sheet(story)
    morning, afternoon = (slot["id"] for slot in story.sessions["entretien"]["slots"])
    sheet = await theo.sees_soon(
        path, lambda found: datetime.fromisoformat(found["session"]["ends_at"]) < datetime.now(UTC)
    )
    assert {line["person"]["id"] for line in sheet["lines"]} == {
        story[person].id for person in ("bruno", "ines", "jules")
    }
    assert all(line["presences"] == {morning: None, afternoon: None} for line in sheet["lines"])

    body = _presences(story, bruno=True, ines=True, jules=False)
    await story["bruno"].does("PUT", f"{path}/slots/{morning}", body, expect=404)
    await theo.does("PUT", f"{path}/slots/{morning}", body)
    problem = await theo.does("POST", f"{path}/closure", expect=409)  # the afternoon is missing
    assert problem["detail"]
    sheet = await theo.does("PUT", f"{path}/slots/{afternoon}", _presences(story, bruno=True, ines=False, jules=False))
    lines = {line["person"]["id"]: line["presences"] for line in sheet["lines"]}
    assert lines[story["ines"].id] == {morning: True, afternoon: False}


async def attendance_is_closed_once(story: Story) -> None:
    theo, path = story["theo"], _sheet(story)
    sheet = await theo.does("POST", f"{path}/closure")
    assert sheet["closed_at"]
    morning = story.sessions["entretien"]["slots"][0]["id"]
    await theo.does(
        "PUT", f"{path}/slots/{morning}", _presences(story, bruno=False, ines=False, jules=False), expect=409
    )


async def every_employer_is_told_who_was_there(story: Story) -> None:
    title = story.title("entretien")
    for text in await story.all_read(f"Présences : {title}", "claire", "denis"):
        assert f"{story['bruno'].full_name} : présent·e à 2 créneaux sur 2" in text
        assert story["ines"].last_name not in text
    text = await story["hugo"].reads(f"Présences : {title}")
    assert f"{story['ines'].full_name} : présent·e à 1 créneau sur 2" in text
    assert f"{story['jules'].full_name} : absent·e" in text


async def who_was_there_gets_the_certificate(story: Story) -> None:
    for key in ("bruno", "ines"):
        mail = await story.mails.read(story[key].email, f"Votre attestation : {story.title('entretien')}")
        assert mail.files["attestation.html"].startswith("text/html")


async def the_person_finds_what_was_followed_requested_refused_and_cancelled(story: Story) -> None:
    expected = {
        "bruno": {"followed": ["entretien"], "requested": ["visite"], "refused": ["numerique"], "cancelled": ["droit"]},
        "emma": {"followed": [], "requested": [], "refused": [], "cancelled": ["entretien"]},
        "jules": {"followed": [], "requested": ["entretien"], "refused": ["visite"], "cancelled": []},
    }
    for person, groups in expected.items():
        for group, trainings in groups.items():
            found = (await story[person].gets(f"{ENROLLMENTS}?scope=mine&group={group}"))["items"]
            assert [one["id"] for one in found] == [story.requests[person, training] for training in trainings], (
                person,
                group,
            )
            assert all(
                story.title(training) in one["session"]["title"] for one, training in zip(found, trainings, strict=True)
            )


async def employers_find_every_decision_that_they_took(story: Story) -> None:
    claire = await _decisions(story, "claire")
    assert claire == [("cancel", "bruno", "droit"), ("accept", "bruno", "droit"), ("accept", "bruno", "entretien")]
    assert await _decisions(story, "denis") == [("refuse", "bruno", "numerique"), ("accept", "emma", "entretien")]
    hugo = [("accept", "jules", "visite"), ("accept", "jules", "entretien"), ("accept", "ines", "entretien")]
    assert await _decisions(story, "hugo") == hugo


async def nobody_got_a_mail_that_the_procedure_does_not_know(story: Story) -> None:
    unread = {key: await story.mails.unread(person.email) for key, person in story.people.items()}
    assert {key: subjects for key, subjects in unread.items() if subjects} == {}


async def moved_to_yesterday(story: Story, training: str) -> None:
    """The desk gives the session's two slots other times."""
    path = f"catalogue/v1/sessions/{story.sessions[training]['id']}"
    day = (datetime.now(UTC) - timedelta(days=1)).replace(hour=8, minute=0, second=0, microsecond=0)
    slots = [
        half_day(day, hours) | {"id": slot["id"]}
        for slot, hours in zip(story.sessions[training]["slots"], (0, 5), strict=True)
    ]
    times = {"opens_at": (day - timedelta(days=9)).isoformat(), "closes_at": (day - timedelta(days=2)).isoformat()}
    moved = await story.staff.edits("PATCH", path, {"slots": slots, **times})
    assert [slot["id"] for slot in moved["slots"]] == [slot["id"] for slot in slots]


async def _decisions(story: Story, employer: str) -> list[tuple[str, str, str]]:
    """Move, person and training of each, newest first."""
    names = {request: who for who, request in story.requests.items()}
    found = (await story[employer].gets("enrollment/v1/decisions"))["items"]
    assert all(one["person"] and one["session"] and one["structure"] and one["status_label"] for one in found)
    return [(one["move"], *names[one["enrollment_id"]]) for one in found]


def _sheet(story: Story) -> str:
    return f"enrollment/v1/sessions/{story.sessions['entretien']['id']}/attendance"


def _presences(story: Story, **there: bool) -> dict[str, Any]:
    return {
        "presences": [
            {"enrollment_id": story.requests[key, "entretien"], "present": present} for key, present in there.items()
        ]
    }
