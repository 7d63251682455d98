"""From the cart to the employer's yes or no, and to a seat or a place in the queue."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from tests.e2e.story import Story

FOUR: Final = ("entretien", "numerique", "droit", "visite")
ENROLLMENTS: Final = "enrollment/v1/enrollments"


async def nobody_asks_without_an_account(story: Story) -> None:
    await story.visitor.does("PUT", f"enrollment/v1/cart/sessions/{story.sessions['entretien']['id']}", expect=401)


async def sessions_go_into_the_cart(story: Story) -> None:
    bruno = story["bruno"]
    for key in FOUR:
        await bruno.does_soon("PUT", f"enrollment/v1/cart/sessions/{story.sessions[key]['id']}", expect=204)
    lines = (await bruno.gets("enrollment/v1/cart"))["lines"]
    assert [line["title"] for line in lines] == [
        story.title(key) for key in ("numerique", "droit", "entretien", "visite")
    ]
    assert (await bruno.gets(ENROLLMENTS))["items"] == []  # not requests yet


async def the_rules_are_told_before_the_form_is_filled_in(story: Story) -> None:
    bruno, structure = story["bruno"], story.structures["mairie"]["id"]
    path = f"enrollment/v1/eligibility?session_id={story.sessions['droit']['id']}&structure_id={structure}"
    verdicts = await bruno.does_soon("GET", path)
    assert verdicts
    assert [one["sentence"] for one in verdicts if one["blocks"]] == []
    assert all(one["sentence"] for one in verdicts)


async def a_validated_cart_asks_for_a_motivation_for_each_training(story: Story) -> None:
    bruno = story["bruno"]
    body = _cart(story, "mairie", FOUR)
    body["lines"][1]["motivation"] = "  "
    problem = await bruno.does("POST", "enrollment/v1/cart/validation", body, expect=422)
    assert [one["field"] for one in problem["errors"]] == ["lines.1.motivation"]
    assert (await bruno.gets(ENROLLMENTS))["items"] == []  # all lines or none


async def each_line_of_the_cart_becomes_a_request_that_waits_for_the_employer(story: Story) -> None:
    bruno, correlation_id = story["bruno"], f"e2e-{uuid4().hex}"
    body, key = _cart(story, "mairie", FOUR), str(uuid4())
    headers = {"X-Correlation-ID": correlation_id, "Idempotency-Key": key}
    made = await bruno.does("POST", "enrollment/v1/cart/validation", body, expect=201, **headers)
    again = await bruno.does("POST", "enrollment/v1/cart/validation", body, expect=201, **headers)
    assert again == made  # sent twice by a nervous finger: asked once
    _note(story, "bruno", FOUR, made)
    for training in FOUR:
        seen = await story.view("bruno", "bruno", training)
        assert seen["status_label"] == "En attente de l'employeur"
        assert seen["motivation"] == _motivation(story, training)
    assert (await bruno.gets("enrollment/v1/cart"))["lines"] == []
    receipt = await bruno.reads("Vos 4 demandes sont enregistrées")
    assert all(story.title(training) in receipt for training in FOUR)
    story.correlation_id = correlation_id


async def every_employer_is_alerted_of_each_request(story: Story) -> None:
    for employer in ("claire", "denis"):
        texts = [await story[employer].reads(f"Demande de formation {story['bruno'].of}") for _ in FOUR]
        assert all(any(story.title(training) in text for text in texts) for training in FOUR)
        assert not any(_motivation(story, training) in text for text in texts for training in FOUR)
    listed = (await story["claire"].gets(f"{ENROLLMENTS}?scope=structure&approval=awaiting_employer"))["items"]
    assert {one["id"] for one in listed} == {story.requests["bruno", training] for training in FOUR}


async def most_actions_are_for_structures_that_adhere(story: Story) -> None:
    ines, session = story["ines"], story.sessions["droit"]["id"]
    await ines.does_soon("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    path = f"enrollment/v1/eligibility?session_id={session}&structure_id={story.structures['tremplin']['id']}"
    verdicts = await ines.does_soon("GET", path)
    assert len([one for one in verdicts if one["blocks"]]) == 1
    problem = await ines.does("POST", "enrollment/v1/cart/validation", _cart(story, "tremplin", ["droit"]), expect=422)
    assert [one["field"] for one in problem["errors"]] == ["lines.0.session_id"]
    await ines.does("DELETE", f"enrollment/v1/cart/sessions/{session}", expect=204)


async def others_ask_for_the_same_session(story: Story) -> None:
    for person, structure, employers in (
        ("emma", "mairie", ("claire", "denis")),
        ("ines", "tremplin", ("hugo",)),
        ("jules", "tremplin", ("hugo",)),
    ):
        await asks(story, person, structure, "entretien", employers)


async def an_employer_accepts_and_the_person_is_pre_registered(story: Story) -> None:
    await story.decide("claire", "bruno", "entretien", "acceptance")
    await story.decide("denis", "emma", "entretien", "acceptance")
    for person in ("bruno", "emma"):
        seen = await story.view(person, person, "entretien")
        assert (seen["status_label"], seen["seat"]) == ("Pré-inscrit·e", "held")
        assert "Vous êtes pré-inscrit·e" in await story[person].reads(f"Pré-inscription : {story.title('entretien')}")
        await story["theo"].reads(f"Pré-inscription {story[person].of} à valider")
    problem = await story.decide("denis", "bruno", "entretien", "acceptance", expect=409)  # decided meanwhile
    assert problem["detail"]


async def an_employer_refuses_and_says_why(story: Story) -> None:
    await story.decide("hugo", "bruno", "numerique", "refusal", {"reason": "Je ne suis pas de la mairie."}, expect=404)
    await story.decide("denis", "bruno", "numerique", "refusal", {}, expect=422)
    await story.decide("denis", "bruno", "numerique", "refusal", {"reason": "Effectif insuffisant ce jour-là."})
    assert (await story.view("bruno", "bruno", "numerique"))["status_label"] == "Refusée (par l'employeur)"
    assert "Effectif insuffisant ce jour-là." in await story["bruno"].reads(
        f"Demande refusée : {story.title('numerique')}"
    )


async def an_employer_takes_an_agreement_back(story: Story) -> None:
    await story.decide("claire", "bruno", "droit", "acceptance")
    await story["bruno"].reads(f"Pré-inscription : {story.title('droit')}")
    await story["theo"].reads(f"Pré-inscription {story['bruno'].of} à valider")
    await story.decide(
        "claire", "bruno", "droit", "agreement-withdrawal", {"reason": "Le conseil municipal se tient ce jour-là."}
    )
    for text in await story.all_read(f"Demande annulée : {story.title('droit')}", "bruno", "denis", "theo"):
        assert "Le conseil municipal se tient ce jour-là." in text
    seen = await story.view("bruno", "bruno", "droit")
    assert (seen["approval"], seen["seat"]) == ("cancelled", "none")


async def the_session_is_full_and_the_next_are_queued_with_their_rank(story: Story) -> None:
    for rank, (person, ordinal) in enumerate((("ines", "1er rang"), ("jules", "2e rang")), start=1):
        await story.decide("hugo", person, "entretien", "acceptance")
        seen = await story.view(person, person, "entretien")
        assert (seen["status_label"], seen["seat"], seen["rank"]) == ("Sur liste d'attente", "queued", rank)
        assert ordinal in await story[person].reads(f"Liste d'attente : {story.title('entretien')}")


async def asks_for_all_four(story: Story) -> None:
    """The whole cart of the first beneficiary."""
    made = await story["bruno"].does_soon(
        "POST", "enrollment/v1/cart/validation", _cart(story, "mairie", FOUR), expect=201
    )
    _note(story, "bruno", FOUR, made)


async def asks(story: Story, person: str, structure: str, training: str, employers: tuple[str, ...]) -> None:
    """One session into the cart, and the cart validated; each employer of the structure hears of it."""
    await story[person].does_soon("PUT", f"enrollment/v1/cart/sessions/{story.sessions[training]['id']}", expect=204)
    body = _cart(story, structure, [training])
    made = await story[person].does_soon("POST", "enrollment/v1/cart/validation", body, expect=201)
    _note(story, person, [training], made)
    assert story.title(training) in await story[person].reads("Votre demande est enregistrée")
    await story.all_read(f"Demande de formation {story[person].of}", *employers)


def _cart(story: Story, structure: str, trainings: Iterable[str]) -> dict[str, Any]:
    lines = [{"session_id": story.sessions[key]["id"], "motivation": _motivation(story, key)} for key in trainings]
    return {"structure_id": story.structures[structure]["id"], "lines": lines}


def _motivation(story: Story, training: str) -> str:
    return f"Pour « {story.title(training)} » : mes missions ont changé cette année."


def _note(story: Story, person: str, trainings: Iterable[str], made: dict[str, Any]) -> None:
    by_session = {one["session_id"]: one["id"] for one in made["requests"]}
    story.requests |= {(person, training): by_session[story.sessions[training]["id"]] for training in trainings}
