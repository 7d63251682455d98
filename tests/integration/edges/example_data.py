"""The data for the tests of access and bad input: a request in every state in which somebody may act on it."""

from datetime import UTC, datetime

from tests.e2e.people import Person, siret
from tests.e2e.scenario import Scenario, perform
from tests.e2e.steps import accounts, attendance, catalogue, requests
from tests.integration.identity.authenticator import code_at
from tests.support.eventually import eventually

QUESTION = "Avez-vous déjà animé un atelier de ce genre ?"
ANSWER = "Deux fois, avec une collègue de la médiathèque."
DRAFT = dict.fromkeys(("title", "summary", "objectives", "content", "audience", "prerequisites"), "Pas encore publié.")


async def create(scenario: Scenario) -> None:
    """Create the data through HTTP. Staff must be signed in already."""
    await perform(
        scenario,
        (
            accounts.a_missing_structure_is_requested_and_added,
            accounts.the_first_user_verifies_the_address_and_becomes_the_referent,
            accounts.nobody_has_to_confirm_the_first_user_whom_staff_invited,
            accounts.the_referent_confirms_the_second_user_who_gets_a_mail,
            accounts.the_referent_sets_the_statuses,
            accounts.another_structure_has_its_own_people,
            catalogue.staff_create_the_account_of_a_trainer_without_a_structure,
            catalogue.staff_publish_trainings_with_their_sessions,
            requests.sessions_go_into_the_cart,
            requests.request_all_four,
        ),
    )
    await _each_person_has_one_status(scenario)
    await _a_person_is_erased(scenario)
    await _another_trainer_has_a_session(scenario)
    await _the_cap_of_the_structure_keeps_a_request_in_the_queue(scenario)
    await _one_request_is_refused(scenario)
    await _one_request_has_a_question(scenario)
    await _one_session_is_over(scenario)
    await _one_sheet_is_closed(scenario)
    await _a_person_left_a_request_open(scenario)
    await _a_session_is_proposed(scenario)
    await _there_are_open_tasks_for_staff(scenario)
    await _a_session_is_cancelled_and_a_training_archived(scenario)
    await _somebody_has_a_second_factor(scenario["zoe"])
    await _somebody_was_invited_and_did_not_come(scenario)


async def _a_person_is_erased(scenario: Scenario) -> None:
    """Somebody whose request was refused, and about whom others have written, leaves for good."""
    person = scenario.add_person("erased", "Ysoline", "Quatrebarbes")
    await accounts.join(scenario, "erased", "mairie", referent="amandine")
    session = scenario.sessions["entretien"]["id"]
    await person.call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    body = {
        "structure_id": scenario.structures["mairie"]["id"],
        "lines": [{"session_id": session, "motivation": "Le souhait d'Ysoline."}],
    }
    made = await person.call_until("POST", "enrollment/v1/cart/validation", body, expect=201)
    request = scenario.requests["erased", "entretien"] = made["requests"][0]["id"]
    path = "identity/v1/me/erasure"
    await person.call("POST", path, {"password": person.password}, expect=202)
    refused = await person.get_until(path, lambda erasure: erasure["state"] != "asked")
    assert (refused["state"], refused["obligations"]) == ("refused", ["open_requests"])
    note = {"text": "Madame Quatrebarbes rappellera."}
    await scenario.staff.call("POST", f"enrollment/v1/enrollments/{request}/notes", note, expect=201)
    reason = {"reason": "Ysoline part bientôt."}
    await scenario["claire"].call_until("POST", f"enrollment/v1/enrollments/{request}/refusal", reason)
    await person.read_mail("Demande refusée")
    await person.call("POST", path, {"password": person.password}, expect=202)
    await scenario.staff.get_until(
        f"identity/v1/accounts/{person.id}/erasure", lambda erasure: erasure["state"] == "done"
    )


async def _somebody_has_a_second_factor(person: Person) -> None:
    secret = (await person.call("POST", "identity/v1/me/second-factor", expect=201))["secret"]
    code = {"code": code_at(secret, datetime.now(UTC))}
    await person.call("POST", "identity/v1/me/second-factor/confirmation", code)


async def _a_session_is_cancelled_and_a_training_archived(scenario: Scenario) -> None:
    """Nobody has asked for either."""
    visit = scenario.trainings["visite"]["id"]
    scenario.sessions["annulée"] = await catalogue.schedule(scenario, visit, days=70, seats=5, trainer=scenario["theo"])
    path = f"catalogue/v1/sessions/{scenario.sessions['annulée']['id']}/cancellation"
    await scenario.staff.call("POST", path, {"reason": "La salle n'est pas libre."})
    body = {**DRAFT, "axis_id": scenario.axis["id"], "kind": "training"}
    scenario.trainings["archivée"] = await scenario.staff.call("POST", "catalogue/v1/trainings", body, expect=201)
    training = f"catalogue/v1/trainings/{scenario.trainings['archivée']['id']}"
    await scenario.staff.call("POST", f"{training}/publication")
    scenario.sessions["archivée"] = await catalogue.schedule(
        scenario, scenario.trainings["archivée"]["id"], days=80, seats=5, trainer=scenario["theo"]
    )
    await scenario.staff.call("POST", f"{training}/archival")


async def _each_person_has_one_status(scenario: Scenario) -> None:
    """In both structures, the employer and the referent are different people."""
    await accounts.set_statuses(scenario["hugo"], scenario["ines"], ["employer"])
    await accounts.set_statuses(scenario["hugo"], scenario["hugo"], ["referent"])
    await accounts.request_attachment(scenario, scenario["zoe"], "mairie")
    for key in ("emma", "ines"):
        await scenario[key].sign_in()


async def _another_trainer_has_a_session(scenario: Scenario) -> None:
    nora = scenario.add_person("nora", "Nora", "Vasseur")
    await scenario.staff.call("POST", "identity/v1/accounts", _named(nora), expect=201)
    await nora.verify_address(invited=True)
    await nora.sign_in()
    scenario.sessions["ailleurs"] = await catalogue.schedule(
        scenario, scenario.trainings["visite"]["id"], days=50, seats=5, trainer=nora
    )


async def _the_cap_of_the_structure_keeps_a_request_in_the_queue(scenario: Scenario) -> None:
    rules = await scenario.staff.get_json("enrollment/v1/rules")
    [current] = [rule["version"] for rule in rules if rule["name"] == "structure_cap"]
    body = {"enabled": True, "value": {"people": 1}}
    await scenario.staff.call("PUT", "enrollment/v1/rules/structure_cap", body, if_match=f'"{current}"')
    await scenario.decide("claire", "bruno", "numerique", "acceptance")
    await requests.request_session(scenario, "emma", "mairie", "numerique", ("claire", "denis"))
    await scenario.decide("claire", "emma", "numerique", "acceptance")
    assert (await scenario.view("emma", "emma", "numerique"))["seat"] == "queued"


async def _one_request_is_refused(scenario: Scenario) -> None:
    """With a motivation of its own, so that it can be told from the other beneficiary's for the same session."""
    session = scenario.sessions["droit"]["id"]
    await scenario["emma"].call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    body = {
        "structure_id": scenario.structures["mairie"]["id"],
        "lines": [{"session_id": session, "motivation": "Renseigner le public sur ses droits."}],
    }
    made = await scenario["emma"].call_until("POST", "enrollment/v1/cart/validation", body, expect=201)
    scenario.requests["emma", "droit"] = made["requests"][0]["id"]
    await scenario.decide("claire", "emma", "droit", "refusal", {"reason": "Ce n'est pas le moment."})


async def _one_request_has_a_question(scenario: Scenario) -> None:
    """Asked, answered, asked again: the history contains the question and the answer."""
    await scenario.decide("claire", "bruno", "droit", "acceptance")
    for _ in range(2):
        await scenario.decide("theo", "bruno", "droit", "question", {"question": QUESTION})
        await scenario.decide("bruno", "bruno", "droit", "answer", {"answer": ANSWER})
    await scenario.decide("theo", "bruno", "droit", "question", {"question": QUESTION})


async def _one_session_is_over(scenario: Scenario) -> None:
    """Its attendance sheet is complete and not closed."""
    await scenario.decide("claire", "bruno", "visite", "acceptance")
    await scenario.decide("theo", "bruno", "visite", "validation")
    await attendance.move_to_yesterday(scenario, "visite")
    path = f"enrollment/v1/sessions/{scenario.sessions['visite']['id']}/attendance"
    for slot in scenario.sessions["visite"]["slots"]:
        body = {"presences": [{"enrollment_id": scenario.requests["bruno", "visite"], "present": True}]}
        await scenario["theo"].call_until("PUT", f"{path}/slots/{slot['id']}", body)


async def _one_sheet_is_closed(scenario: Scenario) -> None:
    """Its only participant was there."""
    text = dict.fromkeys(("summary", "objectives", "content", "audience", "prerequisites"), "Un échange de pratiques.")
    body = {"title": f"Échange de pratiques {scenario.run}", "axis_id": scenario.axis["id"], "kind": "other_action"}
    made = await scenario.staff.call(
        "POST", "catalogue/v1/trainings", {**body, **text, "members_only": False}, expect=201
    )
    await scenario.staff.call("POST", f"catalogue/v1/trainings/{made['id']}/publication")
    scenario.trainings["échange"] = made
    scenario.sessions["échange"] = await catalogue.schedule(
        scenario, made["id"], days=35, seats=5, trainer=scenario["theo"]
    )
    await requests.request_session(scenario, "bruno", "mairie", "échange", ("claire", "denis"))
    await scenario.decide("claire", "bruno", "échange", "acceptance")
    await scenario.decide("theo", "bruno", "échange", "validation")
    await attendance.move_to_yesterday(scenario, "échange")
    path = f"enrollment/v1/sessions/{scenario.sessions['échange']['id']}/attendance"
    for slot in scenario.sessions["échange"]["slots"]:
        presences = {"presences": [{"enrollment_id": scenario.requests["bruno", "échange"], "present": True}]}
        await scenario["theo"].call_until("PUT", f"{path}/slots/{slot['id']}", presences)
    await scenario["theo"].call("POST", f"{path}/closure")


async def _a_person_left_a_request_open(scenario: Scenario) -> None:
    """The employer was a beneficiary for a time."""
    referent, person = scenario["amandine"], scenario["claire"]
    await accounts.set_statuses(referent, person, ["employer", "beneficiary"])
    session = scenario.sessions["ailleurs"]["id"]
    await person.call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    body = {
        "structure_id": scenario.structures["mairie"]["id"],
        "lines": [{"session_id": session, "motivation": "Connaître les autres équipes."}],
    }
    await person.call_until("POST", "enrollment/v1/cart/validation", body, expect=201)
    await accounts.set_statuses(referent, person, ["employer"])

    async def is_listed() -> bool:
        items = (await scenario.staff.get_json("enrollment/v1/left-open"))["items"]
        scenario.left_open_id = items[0]["id"] if items else ""
        return bool(items)

    await eventually(is_listed, within=30)


async def _a_session_is_proposed(scenario: Scenario) -> None:
    """To the colleague; and there is another session of a training, to which a request can be moved."""
    body = {
        "kind": "participation",
        "account_id": scenario["emma"].id,
        "structure_id": scenario.structures["mairie"]["id"],
        "session_id": scenario.sessions["entretien"]["id"],
        "reason": "Votre nouveau poste.",
    }
    made = await scenario["claire"].call("POST", "enrollment/v1/proposals", body, expect=201)
    scenario.proposal_id = made["id"]
    training = scenario.trainings["numerique"]["id"]
    scenario.sessions["autre"] = await catalogue.schedule(
        scenario, training, days=70, seats=5, trainer=scenario["theo"]
    )


async def _there_are_open_tasks_for_staff(scenario: Scenario) -> None:
    structure = {"name": f"Mission locale {scenario.run}", "siret": siret(), "town": "Brive"}
    body = {**structure, "contact_name": "Lou Petit", "contact_email": scenario.visitor.email}
    answer = await scenario.visitor.call("POST", "identity/v1/structure-requests", body, expect=202)
    scenario.structures["demandée"] = answer
    path = f"identity/v1/structures/{scenario.structures['mairie']['id']}/change-reports"
    empty = {"name": f"Structure sans personne {scenario.run}", "siret": siret(), "town": "Ussel", "is_member": True}
    scenario.structures["vide"] = await scenario.staff.call("POST", "identity/v1/structures", empty, expect=201)
    draft = {**DRAFT, "axis_id": scenario.axis["id"], "kind": "training"}
    scenario.trainings["draft"] = await scenario.staff.call("POST", "catalogue/v1/trainings", draft, expect=201)
    for key in ("emma", "bruno"):
        await scenario[key].call_until(
            "PUT", f"enrollment/v1/cart/sessions/{scenario.sessions['ailleurs']['id']}", expect=204
        )
    scenario.structures["signalement"] = await scenario["amandine"].call(
        "POST", path, {"text": "Nouvelle adresse."}, expect=201
    )


async def _somebody_was_invited_and_did_not_come(scenario: Scenario) -> None:
    person = scenario.add_person("nobody", "Noé", "Lambert")
    made = await scenario.staff.call("POST", "identity/v1/accounts", _named(person), expect=201)
    person.id = made["id"]


def _named(person: Person) -> dict[str, str]:
    return {"civility": "Mme", "first_name": person.first_name, "last_name": person.last_name, "email": person.email}
