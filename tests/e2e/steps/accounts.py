"""Steps from an unknown structure to people who can sign in, each with the statuses that the referent gave them."""

from typing import Any

from tests.e2e.people import Person, siret
from tests.e2e.scenario import Scenario


async def staff_sign_in(scenario: Scenario) -> None:
    if scenario.system.processes:  # just started: once this mail is there, the first account exists
        await scenario.staff.read_mail("vous a créé un compte")
    await scenario.staff.reset_password()
    await scenario.staff.sign_in()
    assert (await scenario.staff.get_json("identity/v1/me"))["is_staff"] is True


async def a_missing_structure_is_requested_and_added(scenario: Scenario) -> None:
    """Amandine asks for it: she is invited to become its first referent."""
    name = f"Mairie de Saint-Aubin {scenario.run}"
    assert await _listed(scenario, name) == []
    body = {
        "name": name,
        "siret": siret(),
        "town": "Saint-Aubin",
        "contact_name": scenario["amandine"].full_name,
        "contact_email": scenario["amandine"].email,
    }
    request = await scenario.visitor.call("POST", "identity/v1/structure-requests", body, expect=202)

    mail = await scenario.mails.read(None, f"Structure à ajouter : {name}")
    assert body["siret"] in mail.text
    waiting = await scenario.staff.get_json("identity/v1/structure-requests?state=open&limit=100")
    assert request["id"] in [item["id"] for item in waiting["items"]]
    path = f"identity/v1/structure-requests/{request['id']}/acceptance"
    scenario.structures["mairie"] = await scenario.staff.call("POST", path, {"is_member": True}, expect=201)

    assert name in await scenario["amandine"].read_mail(f"{name} est ajoutée")
    assert [structure["name"] for structure in await _listed(scenario, name)] == [name]


async def a_structure_is_found_by_name_siret_and_town(scenario: Scenario) -> None:
    structure = scenario.structures["mairie"]
    for words in (
        scenario.run,
        structure["siret"],
        f"saint-aubin {scenario.run}",
        f"MAIRIE DE SAINT-AUBIN {scenario.run}",
    ):
        assert structure["id"] in [item["id"] for item in await _listed(scenario, words)], words


async def staff_refuse_to_add_an_unknown_structure(scenario: Scenario) -> None:
    name = f"Entreprise imaginaire {scenario.run}"
    body = {
        "name": name,
        "siret": siret(),
        "town": "Nulle-Part",
        "contact_name": "Camille Passant",
        "contact_email": scenario.visitor.email,
    }
    request = await scenario.visitor.call("POST", "identity/v1/structure-requests", body, expect=202)
    path = f"identity/v1/structure-requests/{request['id']}/refusal"
    await scenario.staff.call("POST", path, {"reason": "Hors du territoire de l'agence."})
    assert "Hors du territoire de l'agence." in await scenario.visitor.read_mail(f"{name} n'est pas ajoutée")
    await scenario.mails.read(None, f"Structure à ajouter : {name}")
    assert await _listed(scenario, name) == []


async def the_first_user_verifies_the_address_and_becomes_the_referent(scenario: Scenario) -> None:
    amandine = scenario["amandine"]
    await register(scenario, amandine, "mairie")
    body = {"email": amandine.email, "password": amandine.password}
    await amandine.call("POST", "identity/v1/tokens", body, expect=401)
    await amandine.verify_address()
    await amandine.sign_in()

    assert await _statuses(amandine) == ("active", ["referent"])
    assert "référent" in await amandine.read_mail(
        f"Votre rattachement à la structure {scenario.structures['mairie']['name']} est confirmé"
    )


async def nobody_has_to_confirm_the_first_user_whom_staff_invited(scenario: Scenario) -> None:
    amandine = scenario["amandine"]
    [attachment] = (await amandine.get_json("identity/v1/me"))["attachments"]
    assert attachment["unconfirmed"] is False
    path = f"identity/v1/attachments/{amandine.attachment_id}/first-user-confirmation"
    await scenario.staff.call("POST", path, expect=409)


async def the_referent_confirms_the_second_user_who_gets_a_mail(scenario: Scenario) -> None:
    amandine, bruno, name = scenario["amandine"], scenario["bruno"], scenario.structures["mairie"]["name"]
    await request_attachment(scenario, bruno, "mairie")
    assert await _statuses(bruno) == ("requested", [])
    assert bruno.email in await amandine.read_mail(f"{bruno.full_name} demande à rejoindre la structure {name}")

    waiting = await amandine.get_json(
        f"identity/v1/attachments?scope=structure&state=requested&structure_id={scenario.structures['mairie']['id']}"
    )
    assert [attachment["account"]["email"] for attachment in waiting["items"]] == [bruno.email]
    path = f"identity/v1/attachments/{waiting['items'][0]['id']}/confirmation"
    await bruno.call("POST", path, {"statuses": ["beneficiary"]}, expect=404)
    await amandine.call("POST", path, {"statuses": []}, expect=422)
    await amandine.call("POST", path, {"statuses": ["beneficiary"]})

    assert "bénéficiaire" in await bruno.read_mail(f"Votre rattachement à la structure {name} est confirmé")
    assert await _statuses(bruno) == ("active", ["beneficiary"])


async def the_referent_refuses_a_person_who_does_not_work_there(scenario: Scenario) -> None:
    amandine, zoe, name = scenario["amandine"], scenario["zoe"], scenario.structures["mairie"]["name"]
    await request_attachment(scenario, zoe, "mairie")
    await amandine.read_mail(f"{zoe.full_name} demande à rejoindre la structure {name}")
    path = f"identity/v1/attachments/{zoe.attachment_id}/refusal"
    await amandine.call("POST", path, {"reason": "Cette personne ne travaille pas chez nous."})
    assert "Cette personne ne travaille pas chez nous." in await zoe.read_mail(
        f"Votre rattachement à la structure {name} est refusé"
    )
    [refused] = (await zoe.get_json("identity/v1/attachments?scope=mine"))["items"]
    assert (refused["state"], refused["statuses"]) == ("refused", [])


async def the_referent_sets_the_statuses(scenario: Scenario) -> None:
    amandine, name = scenario["amandine"], scenario.structures["mairie"]["name"]
    for key in ("emma", "claire", "denis"):
        await join(scenario, key, "mairie", referent="amandine")
    for key in ("claire", "denis"):
        await set_statuses(amandine, scenario[key], ["employer"])
        assert "employeu" in await scenario[key].read_mail(f"Vos statuts dans la structure {name} ont changé")
        assert await _statuses(scenario[key]) == ("active", ["employer"])
    path = f"identity/v1/attachments/{scenario['bruno'].attachment_id}"
    await scenario["claire"].call(
        "PUT", f"{path}/statuses", {"statuses": ["employer"]}, expect=404, **{"If-Match": '"2"'}
    )


async def the_referent_reports_a_change_of_the_structure(scenario: Scenario) -> None:
    structure = scenario.structures["mairie"]
    words = f"La mairie a fusionné : elle s'appelle Saint-Aubin-le-Neuf {scenario.run}."
    report = await scenario["amandine"].call(
        "POST", f"identity/v1/structures/{structure['id']}/change-reports", {"text": words}, expect=201
    )
    assert words in (await scenario.mails.read(None, f"Changement signalé : {structure['name']}")).text

    waiting = await scenario.staff.get_json("identity/v1/change-reports?state=open&limit=100")
    assert report["id"] in [item["id"] for item in waiting["items"]]
    changed = await scenario.staff.edit(
        "PATCH", f"identity/v1/structures/{structure['id']}", {"town": "Saint-Aubin-le-Neuf"}
    )
    assert changed["town"] == "Saint-Aubin-le-Neuf"
    await scenario.staff.call("POST", f"identity/v1/change-reports/{report['id']}/closure")
    # the people of the structure get no mail: one of them reported the change


async def the_status_of_referent_is_handed_over(scenario: Scenario) -> None:
    amandine, claire, name = scenario["amandine"], scenario["claire"], scenario.structures["mairie"]["name"]
    await set_statuses(amandine, amandine, ["beneficiary"], expect=409)  # the last referent
    await set_statuses(amandine, claire, ["employer", "referent"])
    await set_statuses(amandine, amandine, ["beneficiary"])
    assert await _statuses(claire) == ("active", ["employer", "referent"])
    assert await _statuses(amandine) == ("active", ["beneficiary"])
    # who changes the own statuses gets no mail
    await claire.read_mail(f"Vos statuts dans la structure {name} ont changé")


async def a_person_signs_in_with_address_and_password(scenario: Scenario) -> None:
    bruno = scenario["bruno"]
    await bruno.call(
        "POST", "identity/v1/tokens", {"email": bruno.email, "password": "ce n'est pas le bon"}, expect=401
    )
    await bruno.sign_in()
    refreshed = await bruno.call("POST", "identity/v1/tokens/refresh", {"refresh_token": bruno.tokens["refresh_token"]})
    await bruno.call("POST", "identity/v1/tokens/revocation", {"refresh_token": refreshed["refresh_token"]}, expect=204)
    await bruno.call("POST", "identity/v1/tokens/refresh", {"refresh_token": refreshed["refresh_token"]}, expect=401)
    await bruno.sign_in()


async def a_forgotten_password_is_reset_by_mail(scenario: Scenario) -> None:
    bruno, before = scenario["bruno"], scenario["bruno"].password
    bruno.password = f"{before}-nouveau"
    await bruno.reset_password()
    await bruno.read_mail("Le mot de passe de votre compte")
    await bruno.call("POST", "identity/v1/tokens", {"email": bruno.email, "password": before}, expect=401)
    await bruno.sign_in()


async def a_second_registration_only_informs_the_owner_by_mail(scenario: Scenario) -> None:
    bruno = scenario["bruno"]
    await register(scenario, bruno, "mairie")
    await bruno.read_mail("Vous avez déjà un compte")


async def another_structure_has_its_own_people(scenario: Scenario) -> None:
    body = {"name": f"Association Tremplin {scenario.run}", "siret": siret(), "town": "Guéret", "is_member": False}
    scenario.structures["tremplin"] = structure = await scenario.staff.call(
        "POST", "identity/v1/structures", body, expect=201
    )
    hugo = scenario["hugo"]
    await register(scenario, hugo, "tremplin")
    await hugo.verify_address()
    await hugo.sign_in()
    await hugo.read_mail(f"Votre rattachement à la structure {structure['name']} est confirmé")
    await _statuses(hugo)
    await set_statuses(hugo, hugo, ["referent", "employer"])
    for key in ("ines", "jules"):
        await join(scenario, key, "tremplin", referent="hugo")
        told = await scenario[key].read_mail(
            f"Votre demande pour rejoindre la structure {structure['name']} est transmise"
        )
        assert hugo.full_name in told


async def register(scenario: Scenario, person: Person, structure: str) -> None:
    """Send the registration form. The answer is the same for an address that already has an account."""
    body = {
        "structure_id": scenario.structures[structure]["id"],
        "civility": "Mme",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
    }
    answer = await scenario.visitor.call("POST", "identity/v1/registrations", body, expect=202)
    assert answer == {"status": "accepted"}


async def join(scenario: Scenario, key: str, structure: str, *, referent: str) -> None:
    """Register a person and let the referent confirm them as a beneficiary."""
    person, name = scenario[key], scenario.structures[structure]["name"]
    await request_attachment(scenario, person, structure)
    await scenario[referent].read_mail(f"{person.full_name} demande à rejoindre la structure {name}")
    path = f"identity/v1/attachments/{person.attachment_id}/confirmation"
    await scenario[referent].call("POST", path, {"statuses": ["beneficiary"]})
    await person.read_mail(f"Votre rattachement à la structure {name} est confirmé")


async def request_attachment(scenario: Scenario, person: Person, structure: str) -> None:
    """Register a person up to the point where the attachment waits for the referent."""
    await register(scenario, person, structure)
    await person.verify_address()
    await person.sign_in()
    await _statuses(person)


async def _statuses(person: Person) -> tuple[str, list[str]]:
    """State and statuses of the person's only attachment; stores its id in `person`."""
    [attachment] = (await person.get_json("identity/v1/me"))["attachments"]
    person.attachment_id = attachment["id"]
    return attachment["state"], sorted(attachment["statuses"])


async def set_statuses(referent: Person, person: Person, statuses: list[str], *, expect: int = 200) -> None:
    """Set the statuses of a person, as their referent."""
    path = f"identity/v1/attachments/{person.attachment_id}"
    await referent.edit("PUT", f"{path}/statuses", {"statuses": statuses}, read=path, expect=expect)


async def _listed(scenario: Scenario, words: str) -> list[dict[str, Any]]:
    structures: list[dict[str, Any]] = (await scenario.visitor.get_json(f"identity/v1/structures?q={words}"))["items"]
    return structures
