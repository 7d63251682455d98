"""Steps from the cart to the employer's decision, and to a seat or a place in the queue."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from tests.e2e.scenario import Scenario

FOUR: Final = ("entretien", "numerique", "droit", "visite")
ENROLLMENTS: Final = "enrollment/v1/enrollments"


async def a_visitor_cannot_fill_a_cart(scenario: Scenario) -> None:
    await scenario.visitor.call(
        "PUT", f"enrollment/v1/cart/sessions/{scenario.sessions['entretien']['id']}", expect=401
    )


async def sessions_go_into_the_cart(scenario: Scenario) -> None:
    bruno = scenario["bruno"]
    for key in FOUR:
        await bruno.call_until("PUT", f"enrollment/v1/cart/sessions/{scenario.sessions[key]['id']}", expect=204)
    lines = (await bruno.get_json("enrollment/v1/cart"))["lines"]
    assert [line["title"] for line in lines] == [
        scenario.title(key) for key in ("numerique", "droit", "entretien", "visite")
    ]
    assert (await bruno.get_json(ENROLLMENTS))["items"] == []  # not requests yet


async def the_person_sees_the_rules_before_filling_in_the_form(scenario: Scenario) -> None:
    bruno, structure = scenario["bruno"], scenario.structures["mairie"]["id"]
    path = f"enrollment/v1/eligibility?session_id={scenario.sessions['droit']['id']}&structure_id={structure}"
    verdicts = await bruno.call_until("GET", path)
    assert verdicts
    assert [verdict["sentence"] for verdict in verdicts if verdict["blocks"]] == []
    assert all(verdict["sentence"] for verdict in verdicts)


async def a_cart_needs_a_motivation_for_each_training(scenario: Scenario) -> None:
    bruno = scenario["bruno"]
    body = _cart(scenario, "mairie", FOUR)
    body["lines"][1]["motivation"] = "  "
    problem = await bruno.call("POST", "enrollment/v1/cart/validation", body, expect=422)
    assert [error["field"] for error in problem["errors"]] == ["lines.1.motivation"]
    assert (await bruno.get_json(ENROLLMENTS))["items"] == []  # all lines or none


async def each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer(scenario: Scenario) -> None:
    bruno, correlation_id = scenario["bruno"], f"e2e-{uuid4().hex}"
    body, key = _cart(scenario, "mairie", FOUR), str(uuid4())
    headers = {"X-Correlation-ID": correlation_id, "Idempotency-Key": key}
    made = await bruno.call("POST", "enrollment/v1/cart/validation", body, expect=201, **headers)
    again = await bruno.call("POST", "enrollment/v1/cart/validation", body, expect=201, **headers)
    assert again == made  # the same key sent twice creates the requests once
    _note(scenario, "bruno", FOUR, made)
    for training in FOUR:
        view = await scenario.view("bruno", "bruno", training)
        assert view["status_label"] == "En attente de l'employeur"
        assert view["motivation"] == _motivation(scenario, training)
    assert (await bruno.get_json("enrollment/v1/cart"))["lines"] == []
    receipt = await bruno.read_mail("Vos 4 demandes de formation sont enregistrées")
    assert all(scenario.title(training) in receipt for training in FOUR)
    scenario.correlation_id = correlation_id


async def every_employer_gets_a_mail_about_each_request(scenario: Scenario) -> None:
    for employer in ("claire", "denis"):
        texts = [await scenario[employer].read_mail(f"Demande de formation {scenario['bruno'].of}") for _ in FOUR]
        assert all(any(scenario.title(training) in text for text in texts) for training in FOUR)
        assert all(any(_motivation(scenario, training) in text for text in texts) for training in FOUR)
    listed = (await scenario["claire"].get_json(f"{ENROLLMENTS}?scope=structure&approval=awaiting_employer"))["items"]
    assert {request["id"] for request in listed} == {scenario.requests["bruno", training] for training in FOUR}


async def some_trainings_are_for_member_structures_only(scenario: Scenario) -> None:
    ines, session = scenario["ines"], scenario.sessions["droit"]["id"]
    await ines.call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    path = f"enrollment/v1/eligibility?session_id={session}&structure_id={scenario.structures['tremplin']['id']}"
    verdicts = await ines.call_until("GET", path)
    assert len([verdict for verdict in verdicts if verdict["blocks"]]) == 1
    problem = await ines.call(
        "POST", "enrollment/v1/cart/validation", _cart(scenario, "tremplin", ["droit"]), expect=422
    )
    assert [error["field"] for error in problem["errors"]] == ["lines.0.session_id"]
    await ines.call("DELETE", f"enrollment/v1/cart/sessions/{session}", expect=204)


async def other_people_request_the_same_session(scenario: Scenario) -> None:
    for person, structure, employers in (
        ("emma", "mairie", ("claire", "denis")),
        ("ines", "tremplin", ("hugo",)),
        ("jules", "tremplin", ("hugo",)),
    ):
        await request_session(scenario, person, structure, "entretien", employers)


async def an_employer_accepts_and_the_person_is_pre_registered(scenario: Scenario) -> None:
    await scenario.decide("claire", "bruno", "entretien", "acceptance")
    await scenario.decide("denis", "emma", "entretien", "acceptance")
    for person in ("bruno", "emma"):
        view = await scenario.view(person, person, "entretien")
        assert (view["status_label"], view["seat"]) == ("Pré-inscrit·e", "held")
        assert "Vous êtes pré-inscrit·e" in await scenario[person].read_mail(
            f"Pré-inscription : {scenario.title('entretien')}"
        )
        await scenario["theo"].read_mail(f"Pré-inscription {scenario[person].of} à valider")
    problem = await scenario.decide("denis", "bruno", "entretien", "acceptance", expect=409)  # already decided
    assert problem["detail"]


async def an_employer_refuses_with_a_reason(scenario: Scenario) -> None:
    await scenario.decide(
        "hugo", "bruno", "numerique", "refusal", {"reason": "Je ne suis pas de la mairie."}, expect=404
    )
    await scenario.decide("denis", "bruno", "numerique", "refusal", {}, expect=422)
    await scenario.decide("denis", "bruno", "numerique", "refusal", {"reason": "Effectif insuffisant ce jour-là."})
    assert (await scenario.view("bruno", "bruno", "numerique"))["status_label"] == "Refusée (par l'employeur)"
    assert "Effectif insuffisant ce jour-là." in await scenario["bruno"].read_mail(
        f"Demande refusée : {scenario.title('numerique')}"
    )


async def an_employer_withdraws_an_agreement(scenario: Scenario) -> None:
    await scenario.decide("claire", "bruno", "droit", "acceptance")
    await scenario["bruno"].read_mail(f"Pré-inscription : {scenario.title('droit')}")
    await scenario["theo"].read_mail(f"Pré-inscription {scenario['bruno'].of} à valider")
    await scenario.decide(
        "claire", "bruno", "droit", "agreement-withdrawal", {"reason": "Le conseil municipal se tient ce jour-là."}
    )
    for text in await scenario.all_read(f"Demande annulée : {scenario.title('droit')}", "bruno", "denis"):
        assert "Le conseil municipal se tient ce jour-là." in text
    view = await scenario.view("bruno", "bruno", "droit")
    assert (view["approval"], view["seat"]) == ("cancelled", "none")
    # an employer's reason is not for the trainer
    told = await scenario["theo"].read_mail(f"Demande annulée : {scenario.title('droit')}")
    assert "Le conseil municipal" not in told


async def the_session_is_full_and_later_requests_are_queued_with_a_rank(scenario: Scenario) -> None:
    for rank, (person, ordinal) in enumerate((("ines", "1er rang"), ("jules", "2e rang")), start=1):
        await scenario.decide("hugo", person, "entretien", "acceptance")
        view = await scenario.view(person, person, "entretien")
        assert (view["status_label"], view["seat"], view["rank"]) == ("Sur liste d'attente", "queued", rank)
        assert ordinal in await scenario[person].read_mail(f"Liste d'attente : {scenario.title('entretien')}")


async def request_all_four(scenario: Scenario) -> None:
    """Validate the whole cart of the first beneficiary."""
    made = await scenario["bruno"].call_until(
        "POST", "enrollment/v1/cart/validation", _cart(scenario, "mairie", FOUR), expect=201
    )
    _note(scenario, "bruno", FOUR, made)


async def request_session(
    scenario: Scenario, person: str, structure: str, training: str, employers: tuple[str, ...]
) -> None:
    """Put one session into the cart and validate it; each employer of the structure gets a mail."""
    await scenario[person].call_until(
        "PUT", f"enrollment/v1/cart/sessions/{scenario.sessions[training]['id']}", expect=204
    )
    body = _cart(scenario, structure, [training])
    made = await scenario[person].call_until("POST", "enrollment/v1/cart/validation", body, expect=201)
    _note(scenario, person, [training], made)
    assert scenario.title(training) in await scenario[person].read_mail("Votre demande est enregistrée")
    await scenario.all_read(f"Demande de formation {scenario[person].of}", *employers)


def _cart(scenario: Scenario, structure: str, trainings: Iterable[str]) -> dict[str, Any]:
    lines = [
        {"session_id": scenario.sessions[key]["id"], "motivation": _motivation(scenario, key)} for key in trainings
    ]
    return {"structure_id": scenario.structures[structure]["id"], "lines": lines}


def _motivation(scenario: Scenario, training: str) -> str:
    return f"Pour « {scenario.title(training)} » : mes missions ont changé cette année."


def _note(scenario: Scenario, person: str, trainings: Iterable[str], made: dict[str, Any]) -> None:
    by_session = {request["session_id"]: request["id"] for request in made["requests"]}
    scenario.requests |= {(person, training): by_session[scenario.sessions[training]["id"]] for training in trainings}
