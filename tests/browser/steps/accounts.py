"""Steps from a structure that is not listed to people who can sign in."""

from typing import Final

from tests.browser.reader import Reader
from tests.browser.steps.journey import Journey
from tests.e2e.people import siret

STATUSES: Final = {
    "bruno": "Demander des formations : bénéficiaire",
    "emma": "Demander des formations : bénéficiaire",
    "claire": "Décider des demandes : employeur",
}


async def a_structure_that_is_not_listed_is_asked_for(journey: Journey) -> None:
    amandine, reader = journey.person("amandine"), await journey.reader("amandine")
    name = f"Mairie de Saint-Aubin {journey.scenario.run}"
    await reader.open("/")
    await reader.follow("Créer un compte")
    await reader.type("Votre structure", name)
    await reader.press("Rechercher")
    await reader.sees("Aucune structure ne correspond à ces mots.")
    await reader.follow("Votre structure n’est pas dans la liste ?")
    await reader.sees_heading("Demander l’ajout d’une structure")
    await reader.press("Envoyer à l’agence")  # nothing is filled in
    await reader.sees("à corriger")
    await reader.type("Nom de la structure", name)
    await reader.type("SIRET", siret())
    await reader.type("Ville", "Saint-Aubin")
    await reader.type("Votre nom", amandine.full_name)
    await reader.type("Adresse électronique", amandine.email)
    await reader.press("Envoyer à l’agence")
    await reader.sees_heading("L’agence a reçu votre demande")


async def the_first_user_creates_an_account_and_is_the_referent(journey: Journey) -> None:
    reader = await journey.reads_mail("amandine", "est ajoutée")
    await _asks_for_an_account(journey, "amandine", reader)
    await _chooses_a_password(journey, "amandine", "Confirmez votre adresse")
    await reader.open("/compte")
    await reader.sees(journey.scenario.structures["mairie"]["name"], "référent : confirme les personnes")


async def others_join_and_the_referent_confirms_them(journey: Journey) -> None:
    for key, status in STATUSES.items():
        reader, referent = await _asks_to_join(journey, key)
        await referent.choose(status)
        await referent.press("Confirmer le rattachement")
        await referent.sees("Rattachement en cours")
        await reader.page.reload()
        await reader.sees("Confirmé")


async def the_referent_refuses_somebody_who_does_not_work_there(journey: Journey) -> None:
    reason = "Cette personne ne travaille pas chez nous."
    reader, referent = await _asks_to_join(journey, "zoe")
    await referent.follow("Refuser le rattachement")
    await referent.type("Votre motif", reason)
    await referent.press("Refuser le rattachement")
    await referent.sees("Rattachement refusé", reason)
    await journey.reads_mail("zoe", "est refusé")
    await reader.sees("Rattachement refusé", reason, "Vous pouvez demander un autre rattachement.")


async def a_trainer_opens_the_account_that_staff_made(journey: Journey) -> None:
    await _chooses_a_password(journey, "theo", "vous a créé un compte")


async def a_forgotten_password_is_replaced(journey: Journey) -> None:
    bruno, reader = journey.person("bruno"), await journey.reader("bruno")
    await reader.press("Se déconnecter")
    await reader.sees("Vous êtes déconnecté·e.")
    await reader.follow("Se connecter")
    await reader.follow("Mot de passe oublié ?")
    await reader.type("Adresse électronique", bruno.email)
    await reader.press("Recevoir le lien")
    await reader.sees_heading("Consultez votre messagerie")
    bruno.password = f"{bruno.password}-nouveau"
    await _chooses_a_password(journey, "bruno", "Choisissez un nouveau mot de passe")


async def _asks_to_join(journey: Journey, key: str) -> tuple[Reader, Reader]:
    """The browsers of the person, on their account, and of the referent, where the mail about the person leads."""
    name, person, reader = journey.scenario.structures["mairie"]["name"], journey.person(key), await journey.reader(key)
    await reader.open("/compte/nouveau")
    await reader.type("Votre structure", journey.scenario.run)
    await reader.press("Rechercher")
    await reader.follow(name)
    await _asks_for_an_account(journey, key, reader)
    await _chooses_a_password(journey, key, "Confirmez votre adresse")
    await reader.open("/compte")
    await reader.sees("En attente de la structure")
    referent = await journey.reads_mail("amandine", f"{person.full_name} demande à rejoindre la structure {name}")
    await referent.sees_heading(person.full_name)
    return reader, referent


async def _asks_for_an_account(journey: Journey, key: str, reader: Reader) -> None:
    person = journey.person(key)
    await reader.choose("Madame")
    await reader.type("Prénom", person.first_name)
    await reader.type("Nom", person.last_name)
    await reader.type("Adresse électronique", person.email)
    await reader.press("Demander mon compte")
    await reader.sees_heading("Consultez votre messagerie")


async def _chooses_a_password(journey: Journey, key: str, subject: str) -> None:
    person, reader = journey.person(key), await journey.reader(key)
    await reader.opens_mail(await person.mails.read(person.email, subject), journey.doors.system)
    await reader.type("Mot de passe", person.password)
    await reader.press("Enregistrer mon mot de passe")
    await reader.sees("connectez-vous")
    await reader.sign_in(person.email, person.password)
