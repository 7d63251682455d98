"""Steps from the catalogue to the certificate."""

from playwright.async_api import expect

from tests.browser.steps.journey import Journey
from tests.e2e.steps.attendance import move_to_yesterday

WHY = "Pourquoi cette formation vous serait-elle utile ?"


async def a_visitor_finds_a_training_and_signs_in_for_the_cart(journey: Journey) -> None:
    bruno, reader = journey.person("bruno"), await journey.reader("bruno")
    title = journey.scenario.title("entretien")
    await reader.press("Se déconnecter")
    await reader.sees("Vous êtes déconnecté·e.")
    await reader.open("/")
    await reader.follow(journey.scenario.axis["name"])
    await reader.sees("2 sessions")
    await reader.follow(title)
    await reader.sees_heading(title)
    await reader.sees("Contenu de «", "Recevoir du public depuis trois mois.", "Salle Vézère", "Théo Garnier")
    await reader.follow("Ajouter à mon panier")
    await reader.sign_in(bruno.email, bruno.password)
    await reader.press("Ajouter à mon panier")
    await reader.sees_heading("Mon panier")
    await reader.sees("La session est dans votre panier.", title)


async def two_trainings_are_asked_for_with_a_motivation_each(journey: Journey) -> None:
    reader, scenario = await journey.reader("bruno"), journey.scenario
    await reader.open("/")
    await reader.follow(scenario.axis["name"])
    await reader.follow(scenario.title("numerique"))
    await reader.press("Ajouter à mon panier")
    await reader.press("Envoyer mes 2 demandes")  # without a motivation
    await reader.sees("Dites pourquoi cette formation vous serait utile.")
    for key in ("entretien", "numerique"):
        title = scenario.title(key)
        await reader.type(WHY, f"Pour « {title} » : mes missions ont changé.", within=reader.part(title))
    await reader.press("Envoyer mes 2 demandes")
    await reader.sees("Vos 2 demandes sont envoyées", scenario.title("entretien"), scenario.title("numerique"))


async def an_employer_decides_from_the_mail(journey: Journey) -> None:
    """The first decision takes two acts after the sign-in at the most."""
    bruno = journey.person("bruno")
    reader = await journey.reads_mail("claire", f"Demande de formation {bruno.of}")
    reader.acts = 0
    await reader.sees("mes missions ont changé.", "Réponse attendue avant")
    await reader.press("Accepter")
    await reader.sees("C’est fait : voici où en est la demande.", "Pré-inscrit·e")
    assert reader.acts <= 2


async def an_employer_refuses_with_a_reason(journey: Journey) -> None:
    bruno, reader = journey.person("bruno"), await journey.reader("claire")
    await reader.follow("À décider")
    await reader.sees("1 demande")
    await reader.follow(bruno.full_name)
    await reader.follow("Refuser")
    await reader.sees("Ce qui va se passer :", "Vous pourrez revenir sur cette décision pendant 15 minutes.")
    await reader.press("Refuser")
    await reader.sees_heading("Refuser")  # the reason is missing
    await reader.type("Votre motif", "Effectif insuffisant ce jour-là.")
    await reader.press("Refuser")
    await reader.sees("Refusée (par l'employeur)", "Effectif insuffisant ce jour-là.")


async def an_employer_takes_a_decision_back(journey: Journey) -> None:
    reader = await journey.reader("claire")
    await reader.press("Annuler ma décision")
    await reader.sees("En attente de l'employeur")
    await reader.press("Accepter")
    await reader.sees("Pré-inscrit·e")


async def the_trainer_asks_and_the_person_answers(journey: Journey) -> None:
    bruno = journey.person("bruno")
    question, answer = "Avez-vous déjà mené un entretien ?", "Oui, chaque semaine depuis deux ans."
    reader = await journey.reads_mail("theo", f"Pré-inscription {bruno.of} à valider")
    await reader.follow("Poser une question")
    await reader.type("Votre question", question)
    await reader.press("Poser une question")
    await reader.sees("Pré-inscrit·e, réponse attendue")
    person = await journey.reads_mail("bruno", "Le formateur vous pose une question")
    await person.sees(question)
    await person.type("Votre réponse", answer)
    await person.press("Répondre")
    await person.sees(answer)


async def the_trainer_validates(journey: Journey) -> None:
    reader, scenario = await journey.reader("theo"), journey.scenario
    for key in ("entretien", "numerique"):
        await reader.open("/formateur")
        await reader.reloads_until(scenario.title(key))
        await reader.follow(f"{journey.person('bruno').full_name} – {scenario.title(key)}")
        await reader.sees("mes missions ont changé.")
        await reader.press("Valider l'inscription")
        await reader.sees("Inscrit·e")
    person = await journey.reads_mail("bruno", f"Inscription confirmée : {scenario.title('entretien')}")
    await person.sees("Inscrit·e", "On vous attend le")


async def another_person_is_queued_because_the_session_is_full(journey: Journey) -> None:
    emma, scenario = journey.person("emma"), journey.scenario
    title, reader = scenario.title("numerique"), await journey.reader("emma")
    await reader.open("/")
    await reader.follow(scenario.axis["name"])
    await reader.follow(title)
    await reader.press("Ajouter à mon panier")
    await reader.type(WHY, "J’accueille des personnes que le numérique inquiète.", within=reader.part(title))
    await reader.press("Envoyer ma demande")
    employer = await journey.reads_mail("claire", f"Demande de formation {emma.of}")
    await employer.press("Accepter")
    await employer.sees("Sur liste d'attente")
    person = await journey.reads_mail("emma", f"Liste d'attente : {title}")
    await person.sees("Sur liste d'attente")


async def a_person_withdraws_from_one_of_them(journey: Journey) -> None:
    reader, title = await journey.reader("bruno"), journey.scenario.title("numerique")
    await reader.follow("Mes demandes")
    await reader.follow(title)
    await reader.follow("Me désister")
    await reader.sees("La demande prend fin.")
    await reader.press("Me désister")
    await reader.follow("Mes demandes")
    await reader.follow("Annulées")
    await reader.sees(title)


async def the_first_of_the_queue_gets_the_place(journey: Journey) -> None:
    emma, title = journey.person("emma"), journey.scenario.title("numerique")
    person = await journey.reads_mail("emma", f"Une place s'est libérée : {title}")
    await person.sees("Pré-inscrit·e")
    trainer = await journey.reads_mail("theo", f"Pré-inscription {emma.of} à valider")
    await trainer.press("Valider l'inscription")
    await trainer.sees("Inscrit·e")
    person = await journey.reads_mail("emma", f"Inscription confirmée : {title}")
    await person.sees("Inscrit·e", "On vous attend le")


async def the_session_takes_place(journey: Journey) -> None:
    """The only step that calls the API: nobody can make a session of next month end by clicking."""
    scenario = journey.scenario
    await scenario.staff.sign_in()
    session = scenario.sessions["entretien"]
    scenario.sessions["entretien"] = await scenario.staff.get_json(f"catalogue/v1/sessions/{session['id']}")
    await move_to_yesterday(scenario, "entretien")


async def the_trainer_fills_in_the_sheet(journey: Journey) -> None:
    """With somebody who came without a request."""
    scenario, emma = journey.scenario, journey.person("emma")
    reader = await journey.reader("theo")
    await reader.open("/formateur?quand=passees")
    await reader.reloads_until(scenario.title("entretien"))
    await reader.follow(scenario.title("entretien"))
    await reader.follow("Faire l’appel")
    await reader.sees(journey.person("bruno").full_name)
    await reader.follow("Ajouter une personne")
    await reader.type("Nom de la personne", emma.last_name)
    await reader.press("Rechercher", within=reader.page.get_by_role("main"))
    await reader.press(f"Ajouter : {emma.full_name}, {scenario.structures['mairie']['name']}")
    for left in (1, 0):  # one slot after the other: with scripts on the page that is open, else each on a new page
        await reader.press("Tous présents")
        await expect(reader.page.get_by_role("button", name="Tous présents")).to_have_count(left)
    await reader.follow("Clore l'émargement")
    await reader.press("Clore l'émargement")
    await reader.sees("La feuille est close")


async def the_person_finds_the_certificate(journey: Journey) -> None:
    title = journey.scenario.title("entretien")
    reader = await journey.reads_mail("bruno", f"Votre certificat de réalisation : {title}")
    link = reader.page.get_by_role("link", name="Attestation (PDF)")
    file = await reader.page.request.get(str(await link.get_attribute("href")))
    assert (file.status, (await file.body())[:4]) == (200, b"%PDF")
    await reader.follow("Mes demandes")
    await reader.follow("Suivies")
    await reader.sees(title, "Suivie")


async def the_employer_finds_all_decisions(journey: Journey) -> None:
    reader, scenario = await journey.reader("claire"), journey.scenario
    await reader.follow("À décider")
    await reader.sees("Rien n’attend votre décision.")
    await reader.follow("Tous les états")
    await reader.sees("4 demandes", scenario.title("entretien"), scenario.title("numerique"))
