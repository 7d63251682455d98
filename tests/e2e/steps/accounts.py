"""From a structure that nobody knows to people who can sign in, each with the statuses that the referent gave."""

from typing import Any

from tests.e2e.people import Person, siret
from tests.e2e.story import Story


async def the_desk_signs_in(story: Story) -> None:
    if story.system.processes:  # just started: its first account is there when its mail is
        await story.staff.reads("Confirmez votre adresse")
    await story.staff.resets_the_password()
    await story.staff.signs_in()
    assert (await story.staff.gets("identity/v1/me"))["is_staff"] is True


async def a_structure_that_is_not_listed_is_asked_for(story: Story) -> None:
    name = f"Mairie de Saint-Aubin {story.run}"
    assert await _listed(story, name) == []
    asked = {
        "name": name,
        "siret": siret(),
        "town": "Saint-Aubin",
        "contact_name": "Camille Passant",
        "contact_email": story.visitor.email,
    }
    request = await story.visitor.does("POST", "identity/v1/structure-requests", asked, expect=202)

    mail = await story.mails.read(None, f"Structure à ajouter : {name}")
    assert asked["siret"] in mail.text
    waiting = await story.staff.gets("identity/v1/structure-requests?state=open&limit=100")
    assert request["id"] in [one["id"] for one in waiting["items"]]
    path = f"identity/v1/structure-requests/{request['id']}/acceptance"
    story.structures["mairie"] = await story.staff.does("POST", path, {"is_member": True}, expect=201)

    assert name in await story.visitor.reads(f"{name} est ajoutée")
    assert [one["name"] for one in await _listed(story, name)] == [name]


async def a_structure_is_found_by_name_siret_and_town(story: Story) -> None:
    structure = story.structures["mairie"]
    for words in (story.run, structure["siret"], f"saint-aubin {story.run}", f"MAIRIE DE SAINT-AUBIN {story.run}"):
        assert structure["id"] in [one["id"] for one in await _listed(story, words)], words


async def a_structure_that_the_desk_does_not_know_is_refused(story: Story) -> None:
    name = f"Entreprise imaginaire {story.run}"
    asked = {
        "name": name,
        "siret": siret(),
        "town": "Nulle-Part",
        "contact_name": "Camille Passant",
        "contact_email": story.visitor.email,
    }
    request = await story.visitor.does("POST", "identity/v1/structure-requests", asked, expect=202)
    path = f"identity/v1/structure-requests/{request['id']}/refusal"
    await story.staff.does("POST", path, {"reason": "Hors du territoire de l'agence."})
    assert "Hors du territoire de l'agence." in await story.visitor.reads(f"{name} n'est pas ajoutée")
    await story.mails.read(None, f"Structure à ajouter : {name}")
    assert await _listed(story, name) == []


async def the_first_user_proves_the_address_and_becomes_the_referent(story: Story) -> None:
    amandine = story["amandine"]
    await asks_for_an_account(story, amandine, "mairie")
    body = {"email": amandine.email, "password": amandine.password}
    await amandine.does("POST", "identity/v1/tokens", body, expect=401)
    await amandine.proves_the_address()
    await amandine.signs_in()

    assert await _statuses(amandine) == ("active", ["referent"])
    assert "référent" in await amandine.reads(f"Votre rattachement à {story.structures['mairie']['name']} est confirmé")


async def the_referent_confirms_the_second_user_who_hears_of_it_by_mail(story: Story) -> None:
    amandine, bruno, name = story["amandine"], story["bruno"], story.structures["mairie"]["name"]
    await waits_for_the_referent(story, bruno, "mairie")
    assert await _statuses(bruno) == ("requested", [])
    assert bruno.email in await amandine.reads(f"{bruno.full_name} demande à rejoindre {name}")

    waiting = await amandine.gets(
        f"identity/v1/attachments?scope=structure&state=requested&structure_id={story.structures['mairie']['id']}"
    )
    assert [one["account"]["email"] for one in waiting["items"]] == [bruno.email]
    path = f"identity/v1/attachments/{waiting['items'][0]['id']}/confirmation"
    await bruno.does("POST", path, {"statuses": ["beneficiary"]}, expect=404)
    await amandine.does("POST", path, {"statuses": []}, expect=422)
    await amandine.does("POST", path, {"statuses": ["beneficiary"]})

    assert "bénéficiaire" in await bruno.reads(f"Votre rattachement à {name} est confirmé")
    assert await _statuses(bruno) == ("active", ["beneficiary"])


async def the_referent_refuses_somebody_who_does_not_work_there(story: Story) -> None:
    amandine, zoe, name = story["amandine"], story["zoe"], story.structures["mairie"]["name"]
    await waits_for_the_referent(story, zoe, "mairie")
    await amandine.reads(f"{zoe.full_name} demande à rejoindre {name}")
    path = f"identity/v1/attachments/{zoe.attachment_id}/refusal"
    await amandine.does("POST", path, {"reason": "Cette personne ne travaille pas chez nous."})
    assert "Cette personne ne travaille pas chez nous." in await zoe.reads(f"Votre rattachement à {name} est refusé")
    [refused] = (await zoe.gets("identity/v1/attachments?scope=mine"))["items"]
    assert (refused["state"], refused["statuses"]) == ("refused", [])


async def the_referent_gives_the_statuses(story: Story) -> None:
    amandine, name = story["amandine"], story.structures["mairie"]["name"]
    for key in ("emma", "claire", "denis"):
        await joins(story, key, "mairie", referent="amandine")
    for key in ("claire", "denis"):
        await gives(amandine, story[key], ["employer"])
        assert "employeur" in await story[key].reads(f"Vos statuts dans {name} ont changé")
        assert await _statuses(story[key]) == ("active", ["employer"])
    path = f"identity/v1/attachments/{story['bruno'].attachment_id}"
    await story["claire"].does("PUT", f"{path}/statuses", {"statuses": ["employer"]}, expect=404, **{"If-Match": '"2"'})


async def the_referent_reports_a_change_of_the_structure(story: Story) -> None:
    structure = story.structures["mairie"]
    words = f"La mairie a fusionné : elle s'appelle Saint-Aubin-le-Neuf {story.run}."
    report = await story["amandine"].does(
        "POST", f"identity/v1/structures/{structure['id']}/change-reports", {"text": words}, expect=201
    )
    assert words in (await story.mails.read(None, f"Changement signalé : {structure['name']}")).text

    waiting = await story.staff.gets("identity/v1/change-reports?state=open&limit=100")
    assert report["id"] in [one["id"] for one in waiting["items"]]
    changed = await story.staff.edits(
        "PATCH", f"identity/v1/structures/{structure['id']}", {"town": "Saint-Aubin-le-Neuf"}
    )
    assert changed["town"] == "Saint-Aubin-le-Neuf"
    await story.staff.does("POST", f"identity/v1/change-reports/{report['id']}/closure")
    # the structure's people are not told by mail: they reported it


async def the_status_of_referent_is_handed_over(story: Story) -> None:
    amandine, claire, name = story["amandine"], story["claire"], story.structures["mairie"]["name"]
    await gives(amandine, amandine, ["beneficiary"], expect=409)  # the last referent
    await gives(amandine, claire, ["employer", "referent"])
    await gives(amandine, amandine, ["beneficiary"])
    assert await _statuses(claire) == ("active", ["employer", "referent"])
    assert await _statuses(amandine) == ("active", ["beneficiary"])
    await story.all_read(f"Vos statuts dans {name} ont changé", "amandine", "claire")


async def an_account_is_opened_with_address_and_password(story: Story) -> None:
    bruno = story["bruno"]
    await bruno.does(
        "POST", "identity/v1/tokens", {"email": bruno.email, "password": "ce n'est pas le bon"}, expect=401
    )
    await bruno.signs_in()
    refreshed = await bruno.does("POST", "identity/v1/tokens/refresh", {"refresh_token": bruno.tokens["refresh_token"]})
    await bruno.does("POST", "identity/v1/tokens/revocation", {"refresh_token": refreshed["refresh_token"]}, expect=204)
    await bruno.does("POST", "identity/v1/tokens/refresh", {"refresh_token": refreshed["refresh_token"]}, expect=401)
    await bruno.signs_in()


async def a_forgotten_password_is_set_anew_from_the_mail(story: Story) -> None:
    bruno, before = story["bruno"], story["bruno"].password
    bruno.password = f"{before}-nouveau"
    await bruno.resets_the_password()
    await bruno.reads("Votre mot de passe a changé")
    await bruno.does("POST", "identity/v1/tokens", {"email": bruno.email, "password": before}, expect=401)
    await bruno.signs_in()


async def an_account_asked_for_twice_tells_the_owner_alone(story: Story) -> None:
    bruno = story["bruno"]
    await asks_for_an_account(story, bruno, "mairie")
    await bruno.reads("Vous avez déjà un compte")


async def another_structure_has_its_own_people(story: Story) -> None:
    body = {"name": f"Association Tremplin {story.run}", "siret": siret(), "town": "Guéret", "is_member": False}
    story.structures["tremplin"] = structure = await story.staff.does(
        "POST", "identity/v1/structures", body, expect=201
    )
    hugo = story["hugo"]
    await asks_for_an_account(story, hugo, "tremplin")
    await hugo.proves_the_address()
    await hugo.signs_in()
    await hugo.reads(f"Votre rattachement à {structure['name']} est confirmé")
    await _statuses(hugo)
    await gives(hugo, hugo, ["referent", "employer"])
    await hugo.reads(f"Vos statuts dans {structure['name']} ont changé")
    for key in ("ines", "jules"):
        await joins(story, key, "tremplin", referent="hugo")


async def asks_for_an_account(story: Story, person: Person, structure: str) -> None:
    """The form: structure, civility, names, address. The answer is the same for a known address."""
    body = {
        "structure_id": story.structures[structure]["id"],
        "civility": "Mme",
        "first_name": person.first_name,
        "last_name": person.last_name,
        "email": person.email,
    }
    answer = await story.visitor.does("POST", "identity/v1/registrations", body, expect=202)
    assert answer == {"status": "accepted"}


async def joins(story: Story, key: str, structure: str, *, referent: str) -> None:
    """From the form to a confirmed beneficiary."""
    person, name = story[key], story.structures[structure]["name"]
    await waits_for_the_referent(story, person, structure)
    await story[referent].reads(f"{person.full_name} demande à rejoindre {name}")
    path = f"identity/v1/attachments/{person.attachment_id}/confirmation"
    await story[referent].does("POST", path, {"statuses": ["beneficiary"]})
    await person.reads(f"Votre rattachement à {name} est confirmé")


async def waits_for_the_referent(story: Story, person: Person, structure: str) -> None:
    """Proved and signed in; the attachment is asked for."""
    await asks_for_an_account(story, person, structure)
    await person.proves_the_address()
    await person.signs_in()
    await _statuses(person)


async def _statuses(person: Person) -> tuple[str, list[str]]:
    """State and statuses of the person's one attachment, which is noted."""
    [attachment] = (await person.gets("identity/v1/me"))["attachments"]
    person.attachment_id = attachment["id"]
    return attachment["state"], sorted(attachment["statuses"])


async def gives(referent: Person, person: Person, statuses: list[str], *, expect: int = 200) -> None:
    """A referent sets somebody's statuses."""
    path = f"identity/v1/attachments/{person.attachment_id}"
    await referent.edits("PUT", f"{path}/statuses", {"statuses": statuses}, read=path, expect=expect)


async def _listed(story: Story, words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await story.visitor.gets(f"identity/v1/structures?q={words}"))["items"]
    return found
