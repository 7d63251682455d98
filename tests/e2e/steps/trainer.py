"""Steps of the trainer's decision or question, and of a seat that becomes free and is given to a queued request."""

from typing import Final

from tests.e2e.scenario import Scenario
from tests.e2e.steps.requests import ENROLLMENTS, request_session

IN: Final = ["creneaux.ics"]
OUT: Final = ["annulation.ics"]
"""The calendar file of a mail, with all slots: of an invitation and of a cancellation."""


async def the_trainer_reads_the_motivation_and_validates(scenario: Scenario) -> None:
    theo, title = scenario["theo"], scenario.title("entretien")
    listed = (await theo.get_json(f"{ENROLLMENTS}?scope=sessions&session_id={scenario.sessions['entretien']['id']}"))[
        "items"
    ]
    assert {request["id"] for request in listed} == {
        scenario.requests[person, "entretien"] for person in ("bruno", "emma", "ines", "jules")
    }
    view = await scenario.view("theo", "bruno", "entretien")
    assert title in view["motivation"]
    assert {"validate", "ask", "decline"} <= {offer["move"] for offer in view["moves"]}
    await scenario.decide("theo", "bruno", "entretien", "validation")
    assert (await scenario.view("bruno", "bruno", "entretien"))["status_label"] == "Inscrit·e"


async def the_enrolled_person_gets_the_slots_as_a_calendar_file(scenario: Scenario) -> None:
    for key in ("bruno", "claire", "denis"):
        mail = await scenario.mails.read(scenario[key].email, f"Inscription confirmée : {scenario.title('entretien')}")
        assert mail.calendar == (IN if key == "bruno" else [])
        assert mail.text.count("Salle Vézère") == 1
        assert mail.text.count(", de ") == 2  # both slots


async def the_trainer_asks_a_question_and_the_person_answers(scenario: Scenario) -> None:
    title, question, words = (
        scenario.title("entretien"),
        "Avez-vous déjà mené un entretien ?",
        "Oui, chaque semaine depuis deux ans.",
    )
    await scenario.decide("theo", "emma", "entretien", "question", {"question": question})
    assert question in await scenario["emma"].read_mail(f"Le formateur vous pose une question : {title}")
    assert (await scenario.view("emma", "emma", "entretien"))["status_label"] == "Pré-inscrit·e, réponse attendue"
    await scenario.decide("theo", "emma", "entretien", "answer", {"answer": words}, expect=404)
    await scenario.decide("emma", "emma", "entretien", "answer", {"answer": words})
    assert words in await scenario["theo"].read_mail(f"Réponse {scenario['emma'].of} : {title}")
    await scenario.decide("theo", "emma", "entretien", "validation")
    await scenario.all_read(f"Inscription confirmée : {title}", "emma", "claire", "denis")
    history = await scenario["emma"].get_json(f"{ENROLLMENTS}/{scenario.requests['emma', 'entretien']}/history")
    by_people = [(line["move"], line["moved_by"]["last_name"], line["note"]) for line in history if line["moved_by"]]
    denis, theo, emma = (scenario[key].last_name for key in ("denis", "theo", "emma"))
    assert by_people == [
        ("request", emma, None),
        ("accept", denis, None),
        ("ask", theo, question),
        ("answer", emma, words),
        ("validate", theo, None),
    ]


async def the_trainer_may_validate_a_queued_request(scenario: Scenario) -> None:
    await scenario.decide("theo", "jules", "entretien", "validation")
    assert (await scenario.view("jules", "jules", "entretien"))[
        "status_label"
    ] == "Sur liste d'attente, validé·e par le formateur"
    for text in await scenario.all_read(
        f"Validé·e, sur liste d'attente : {scenario.title('entretien')}", "jules", "hugo"
    ):
        assert "2e rang" in text


async def the_trainer_declines_with_a_reason(scenario: Scenario) -> None:
    await request_session(scenario, "jules", "tremplin", "visite", ("hugo",))
    await scenario.decide("hugo", "jules", "visite", "acceptance")
    await scenario["jules"].read_mail(f"Pré-inscription : {scenario.title('visite')}")
    await scenario["theo"].read_mail(f"Pré-inscription {scenario['jules'].of} à valider")
    await scenario.decide(
        "theo", "jules", "visite", "decline", {"reason": "Cette visite suppose un projet déjà arrêté."}
    )
    for text in await scenario.all_read(f"Demande déclinée : {scenario.title('visite')}", "jules", "hugo"):
        assert "Cette visite suppose un projet déjà arrêté." in text
    assert (await scenario.view("jules", "jules", "visite"))["status_label"] == "Refusée (par le formateur)"


async def a_withdrawal_promotes_the_first_request_in_the_queue(scenario: Scenario) -> None:
    title = scenario.title("entretien")
    withdrawn = await scenario.decide("emma", "emma", "entretien", "withdrawal")
    assert (withdrawn["approval"], withdrawn["seat"], withdrawn["late"]) == ("withdrawn", "none", False)
    promoted = await scenario.view("ines", "ines", "entretien")  # in the same transaction, so without waiting
    assert (promoted["status_label"], promoted["seat"]) == ("Pré-inscrit·e", "held")
    assert (await scenario.view("jules", "jules", "entretien"))["rank"] == 1

    assert "Vous êtes maintenant pré-inscrit·e" in await scenario["ines"].read_mail(
        f"Une place s'est libérée : {title}"
    )
    await scenario["hugo"].read_mail(f"Une place s'est libérée : {title}")
    await scenario["theo"].read_mail(f"Pré-inscription {scenario['ines'].of} à valider")
    for key in ("emma", "claire", "denis"):
        subject = f"Votre désistement : {title}" if key == "emma" else f"Désistement {scenario['emma'].of} : {title}"
        mail = await scenario.mails.read(scenario[key].email, subject)
        assert mail.calendar == (OUT if key == "emma" else [])
    await scenario["theo"].read_mail(f"Désistement {scenario['emma'].of} : {title}")
    await scenario.decide("theo", "ines", "entretien", "validation")
    await scenario.all_read(f"Inscription confirmée : {title}", "ines", "hugo")


async def an_additional_seat_enrolls_a_queued_request_that_is_already_validated(scenario: Scenario) -> None:
    path = f"catalogue/v1/sessions/{scenario.sessions['entretien']['id']}"
    await scenario.staff.edit("PUT", f"{path}/capacity", {"capacity": 3}, read=path)
    for key in ("jules", "hugo"):
        mail = await scenario.mails.read(
            scenario[key].email, f"Une place s'est libérée : {scenario.title('entretien')}"
        )
        assert "L'inscription est confirmée" in mail.text
        assert mail.calendar == (IN if key == "jules" else [])
    assert (await scenario.view("jules", "jules", "entretien"))["status_label"] == "Inscrit·e"


async def visitors_see_that_the_session_is_full(scenario: Scenario) -> None:
    path = f"catalogue/v1/sessions/{scenario.sessions['entretien']['id']}"
    await scenario.visitor.get_until(path, lambda session: session["occupancy"] == {"held": 3, "queued": 0, "free": 0})
