"""The trainer's yes, no or question; a seat that comes free; and who gets it."""

from typing import Final

from tests.e2e.steps.requests import ENROLLMENTS, asks
from tests.e2e.story import Story

IN: Final = ["creneau-1.ics", "creneau-2.ics"]
OUT: Final = ["annulation-1.ics", "annulation-2.ics"]
"""One calendar file a slot."""


async def the_trainer_reads_the_motivation_and_validates(story: Story) -> None:
    theo, title = story["theo"], story.title("entretien")
    listed = (await theo.gets(f"{ENROLLMENTS}?scope=sessions&session_id={story.sessions['entretien']['id']}"))["items"]
    assert {one["id"] for one in listed} == {
        story.requests[person, "entretien"] for person in ("bruno", "emma", "ines", "jules")
    }
    seen = await story.view("theo", "bruno", "entretien")
    assert title in seen["motivation"]
    assert {"validate", "ask", "decline"} <= set(seen["moves"])
    await story.decide("theo", "bruno", "entretien", "validation")
    assert (await story.view("bruno", "bruno", "entretien"))["status_label"] == "Inscrit·e"


async def the_enrolled_person_gets_the_slots_as_a_calendar_file(story: Story) -> None:
    for key in ("bruno", "claire", "denis"):
        mail = await story.mails.read(story[key].email, f"Inscription confirmée : {story.title('entretien')}")
        assert mail.calendar == IN
        assert mail.text.count("Salle Vézère") == 1
        assert mail.text.count(", de ") == 2  # both slots


async def the_trainer_comes_back_with_a_question_and_the_person_answers(story: Story) -> None:
    title, question, words = (
        story.title("entretien"),
        "Avez-vous déjà mené un entretien ?",
        "Oui, chaque semaine depuis deux ans.",
    )
    await story.decide("theo", "emma", "entretien", "question", {"question": question})
    assert question in await story["emma"].reads(f"Le formateur vous pose une question : {title}")
    assert (await story.view("emma", "emma", "entretien"))["status_label"] == "Pré-inscrit·e, réponse attendue"
    await story.decide("theo", "emma", "entretien", "answer", {"answer": words}, expect=404)
    await story.decide("emma", "emma", "entretien", "answer", {"answer": words})
    assert words in await story["theo"].reads(f"Réponse {story['emma'].of} : {title}")
    await story.decide("theo", "emma", "entretien", "validation")
    await story.all_read(f"Inscription confirmée : {title}", "emma", "claire", "denis")
    history = await story["emma"].gets(f"{ENROLLMENTS}/{story.requests['emma', 'entretien']}/history")
    by_people = [(line["move"], line["moved_by"]["last_name"], line["note"]) for line in history if line["moved_by"]]
    denis, theo, emma = (story[key].last_name for key in ("denis", "theo", "emma"))
    assert by_people == [
        ("accept", denis, None),
        ("ask", theo, question),
        ("answer", emma, words),
        ("validate", theo, None),
    ]


async def the_trainer_may_validate_somebody_who_is_queued(story: Story) -> None:
    await story.decide("theo", "jules", "entretien", "validation")
    assert (await story.view("jules", "jules", "entretien"))[
        "status_label"
    ] == "Sur liste d'attente, validé·e par le formateur"
    for text in await story.all_read(f"Validé·e, sur liste d'attente : {story.title('entretien')}", "jules", "hugo"):
        assert "2e rang" in text


async def the_trainer_declines_and_says_why(story: Story) -> None:
    await asks(story, "jules", "tremplin", "visite", ("hugo",))
    await story.decide("hugo", "jules", "visite", "acceptance")
    await story["jules"].reads(f"Pré-inscription : {story.title('visite')}")
    await story["theo"].reads(f"Pré-inscription {story['jules'].of} à valider")
    await story.decide("theo", "jules", "visite", "decline", {"reason": "Cette visite suppose un projet déjà arrêté."})
    for text in await story.all_read(f"Demande déclinée : {story.title('visite')}", "jules", "hugo"):
        assert "Cette visite suppose un projet déjà arrêté." in text
    assert (await story.view("jules", "jules", "visite"))["status_label"] == "Refusée (par le formateur)"


async def a_withdrawal_gives_the_seat_to_the_first_in_the_queue(story: Story) -> None:
    title = story.title("entretien")
    withdrawn = await story.decide("emma", "emma", "entretien", "withdrawal")
    assert (withdrawn["approval"], withdrawn["seat"], withdrawn["late"]) == ("withdrawn", "none", False)
    promoted = await story.view("ines", "ines", "entretien")  # in the same instant: no waiting here
    assert (promoted["status_label"], promoted["seat"]) == ("Pré-inscrit·e", "held")
    assert (await story.view("jules", "jules", "entretien"))["rank"] == 1

    assert "Vous êtes maintenant pré-inscrit·e" in await story["ines"].reads(f"Une place s'est libérée : {title}")
    await story["hugo"].reads(f"Une place s'est libérée : {title}")
    await story["theo"].reads(f"Pré-inscription {story['ines'].of} à valider")
    for key in ("emma", "claire", "denis"):
        mail = await story.mails.read(story[key].email, f"Désistement : {title}")
        assert mail.calendar == OUT
    await story["theo"].reads(f"Désistement : {title}")
    await story.decide("theo", "ines", "entretien", "validation")
    await story.all_read(f"Inscription confirmée : {title}", "ines", "hugo")


async def a_seat_more_enrolls_at_once_who_was_validated_in_the_queue(story: Story) -> None:
    path = f"catalogue/v1/sessions/{story.sessions['entretien']['id']}"
    await story.staff.edits("PUT", f"{path}/capacity", {"capacity": 3}, read=path)
    for key in ("jules", "hugo"):
        mail = await story.mails.read(story[key].email, f"Une place s'est libérée : {story.title('entretien')}")
        assert "L'inscription est confirmée" in mail.text
        assert mail.calendar == IN
    assert (await story.view("jules", "jules", "entretien"))["status_label"] == "Inscrit·e"


async def everybody_sees_that_the_session_is_full(story: Story) -> None:
    path = f"catalogue/v1/sessions/{story.sessions['entretien']['id']}"
    await story.visitor.sees_soon(path, lambda session: session["occupancy"] == {"held": 3, "queued": 0, "free": 0})
