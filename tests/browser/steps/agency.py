"""Steps of the agency's staff: a structure is added, an account is made, trainings and sessions are published."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.browser.reader import Reader
from tests.browser.steps.journey import STAFF, Journey

TRAININGS: Final = {
    # key          title                                  days from now   seats
    "entretien": ("Mener un entretien d'accompagnement", 30, "2"),
    "numerique": ("Animer un atelier numérique", 20, "1"),
}


async def staff_add_the_structure(journey: Journey) -> None:
    """From the mail to the desk, through the sign-in."""
    name = f"Mairie de Saint-Aubin {journey.scenario.run}"
    reader = await journey.reads_mail(STAFF, f"Structure à ajouter : {name}", to_anybody=True)
    await reader.sees_heading(name)
    await reader.follow("Ajouter la structure")
    await reader.choose("Adhérente de l’agence")
    await reader.press("Ajouter la structure")
    await reader.sees("La structure est ajoutée, et son contact est invité.")
    journey.scenario.structures["mairie"] = {"name": name}


async def staff_make_the_account_of_a_trainer(journey: Journey) -> None:
    theo, reader = journey.person("theo"), await journey.reader(STAFF)
    await reader.follow("Personnes")
    await reader.follow("Créer un compte pour quelqu’un")
    await reader.select("Civilité", "Monsieur")
    await reader.type("Prénom", theo.first_name)
    await reader.type("Nom", theo.last_name)
    await reader.type("Adresse électronique", theo.email)
    await reader.press("Créer le compte")
    await reader.sees("Le compte est créé ; la personne reçoit un message.")


async def staff_publish_trainings(journey: Journey) -> None:
    """Two trainings of one axis, each with a session whose slots are made from a pattern."""
    scenario, reader = journey.scenario, await journey.reader(STAFF)
    scenario.axis = {"name": f"Accompagnement {scenario.run}"}
    await reader.follow("Catalogue")
    await reader.follow("Axes thématiques")
    await reader.type("Nom de l’axe", scenario.axis["name"])
    await reader.type("Description", "Accueillir, orienter, suivre.")
    await reader.press("Ajouter l’axe")
    await reader.sees("L’axe est ajouté.")
    for key, (title, days, seats) in TRAININGS.items():
        scenario.trainings[key] = {"title": f"{title} {scenario.run}"}
        await _publish_a_training(reader, scenario.trainings[key]["title"], scenario.axis["name"])
        await _publish_a_session(journey, reader, datetime.now(UTC).date() + timedelta(days=days), seats)
        scenario.sessions[key] = {"id": reader.page.url.rpartition("/")[2]}


async def _publish_a_training(reader: Reader, title: str, axis: str) -> None:
    await reader.follow("Catalogue")
    await reader.follow("Écrire une formation")
    await reader.type("Titre", title)
    await reader.select("Axe thématique", axis)
    await reader.choose("Formation : compte comme formation dans le quota annuel")
    await reader.type("Résumé", "Une journée pour progresser.")
    await reader.type("Objectifs : ce qu’on saura faire", f"Objectifs de « {title} ».")
    await reader.type("Contenu", f"Contenu de « {title} ».")
    await reader.type("Pour qui", "Personnes qui accompagnent des publics.")
    await reader.type("Prérequis", "Recevoir du public depuis trois mois.")
    await reader.press("Enregistrer le brouillon")
    await reader.follow("Publier")
    await reader.press("Publier la formation")
    await reader.sees_heading(title)


async def _publish_a_session(journey: Journey, reader: Reader, day: date, seats: str) -> None:
    """In the morning and in the afternoon of the day; requests are possible at once."""
    theo = journey.person("theo")
    await reader.follow("Programmer une session")
    await reader.type_day("Premier jour", day)
    await reader.press("Voir les créneaux")
    await reader.type("Lieu, en une ligne", f"Salle Vézère, Limoges {journey.scenario.run}")
    await reader.type("Quelqu’un d’autre, par nom ou adresse", theo.email)
    await reader.press("Rechercher", within=reader.page.get_by_role("main"))
    await reader.choose(f"{theo.full_name} {theo.email}")
    await reader.type("Nombre de places", seats)
    await reader.type_day("Demandes à partir du", datetime.now(UTC).date() - timedelta(days=1))
    await reader.press("Relire")
    await reader.sees_heading("Relire la session")
    await reader.press("Publier la session")
    await reader.sees("La session est publiée : elle est dans le catalogue.")
