"""How far the story goes before anybody's rights are tried: a request in every state that somebody may act on."""

from tests.e2e.people import Person, siret
from tests.e2e.steps import accounts, attendance, catalogue, requests
from tests.e2e.story import Story, perform

QUESTION = "Avez-vous déjà animé un atelier de ce genre ?"
ANSWER = "Deux fois, avec une collègue de la médiathèque."
DRAFT = dict.fromkeys(("title", "summary", "objectives", "content", "audience", "prerequisites"), "Pas encore publié.")


async def play(story: Story) -> None:
    """Staff are signed in already."""
    await perform(
        story,
        (
            accounts.a_structure_that_is_not_listed_is_asked_for,
            accounts.the_first_user_proves_the_address_and_becomes_the_referent,
            accounts.the_referent_confirms_the_second_user_who_hears_of_it_by_mail,
            accounts.the_referent_gives_the_statuses,
            accounts.another_structure_has_its_own_people,
            catalogue.a_trainer_gets_an_account_without_a_structure,
            catalogue.the_desk_offers_trainings_with_their_sessions,
            requests.sessions_go_into_the_cart,
            requests.asks_for_all_four,
        ),
    )
    await _everybody_has_one_status(story)
    await _another_trainer_has_a_session(story)
    await _somebody_waits_behind_the_cap_of_the_structure(story)
    await _one_request_has_a_question(story)
    await _one_session_took_place(story)
    await _things_wait_for_the_desk(story)


async def _everybody_has_one_status(story: Story) -> None:
    """Elsewhere too: who is employer there is not referent there."""
    await accounts.gives(story["hugo"], story["ines"], ["employer"])
    await accounts.gives(story["hugo"], story["hugo"], ["referent"])
    await accounts.waits_for_the_referent(story, story["zoe"], "mairie")
    for key in ("emma", "ines"):
        await story[key].signs_in()


async def _another_trainer_has_a_session(story: Story) -> None:
    nora = story.enters("nora", "Nora", "Vasseur")
    await story.staff.does("POST", "identity/v1/accounts", _named(nora), expect=201)
    await nora.proves_the_address()
    await nora.signs_in()
    story.sessions["ailleurs"] = await catalogue.schedule(
        story, story.trainings["visite"]["id"], days=50, seats=5, trainer=nora
    )


async def _somebody_waits_behind_the_cap_of_the_structure(story: Story) -> None:
    rules = await story.staff.gets("enrollment/v1/rules")
    [seen] = [rule["version"] for rule in rules if rule["name"] == "structure_cap"]
    body = {"enabled": True, "value": {"people": 1}}
    await story.staff.does("PUT", "enrollment/v1/rules/structure_cap", body, if_match=f'"{seen}"')
    await story.decide("claire", "bruno", "numerique", "acceptance")
    await requests.asks(story, "emma", "mairie", "numerique", ("claire", "denis"))
    await story.decide("claire", "emma", "numerique", "acceptance")
    assert (await story.view("emma", "emma", "numerique"))["seat"] == "queued"


async def _one_request_has_a_question(story: Story) -> None:
    """Asked, answered, asked again: the history holds words of both."""
    await story.decide("claire", "bruno", "droit", "acceptance")
    for _ in range(2):
        await story.decide("theo", "bruno", "droit", "question", {"question": QUESTION})
        await story.decide("bruno", "bruno", "droit", "answer", {"answer": ANSWER})
    await story.decide("theo", "bruno", "droit", "question", {"question": QUESTION})


async def _one_session_took_place(story: Story) -> None:
    """Its sheet is full and not closed."""
    await story.decide("claire", "bruno", "visite", "acceptance")
    await story.decide("theo", "bruno", "visite", "validation")
    await attendance.moved_to_yesterday(story, "visite")
    path = f"enrollment/v1/sessions/{story.sessions['visite']['id']}/attendance"
    for slot in story.sessions["visite"]["slots"]:
        body = {"presences": [{"enrollment_id": story.requests["bruno", "visite"], "present": True}]}
        await story["theo"].does_soon("PUT", f"{path}/slots/{slot['id']}", body)


async def _things_wait_for_the_desk(story: Story) -> None:
    asked = {"name": f"Mission locale {story.run}", "siret": siret(), "town": "Brive", "contact_name": "Lou Petit"}
    body = {**asked, "contact_email": story.visitor.email}
    answer = await story.visitor.does("POST", "identity/v1/structure-requests", body, expect=202)
    story.structures["demandée"] = answer
    path = f"identity/v1/structures/{story.structures['mairie']['id']}/change-reports"
    empty = {"name": f"Structure sans personne {story.run}", "siret": siret(), "town": "Ussel", "is_member": True}
    story.structures["vide"] = await story.staff.does("POST", "identity/v1/structures", empty, expect=201)
    draft = {**DRAFT, "axis_id": story.axis["id"], "kind": "training"}
    story.trainings["draft"] = await story.staff.does("POST", "catalogue/v1/trainings", draft, expect=201)
    for key in ("emma", "bruno"):
        await story[key].does_soon("PUT", f"enrollment/v1/cart/sessions/{story.sessions['ailleurs']['id']}", expect=204)
    story.structures["signalement"] = await story["amandine"].does(
        "POST", path, {"text": "Nouvelle adresse."}, expect=201
    )


def _named(person: Person) -> dict[str, str]:
    return {"civility": "Mme", "first_name": person.first_name, "last_name": person.last_name, "email": person.email}
