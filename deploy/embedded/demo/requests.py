"""The requests of the demonstration: at least one in every state that a request can have."""

from dataclasses import dataclass
from typing import Final

from deploy.embedded.demo.people import PEOPLE
from deploy.embedded.demo.story import ENROLLMENT, Story

EMPLOYERS: Final = {
    "mission-locale": "claire.dumas",
    "tremplin": "marc.poitevin",
    "alienor": "bruno.testard",
    "emploi-gaves": "pilar.etcheverry",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for which session, and why; `then` is what becomes of it, step by step (see `_STEPS`)."""

    person: str
    session: tuple[str, int]
    motivation: str
    then: tuple[tuple[str, str], ...] = ()


ACCEPTED: Final = ("accept", "")
WISHES: Final = (
    Wish("karim.benali", ("entretien", 1), "Je reçois des jeunes en rupture et veux mieux conduire nos premiers échanges."),
    Wish("sophie.laurent", ("vae", 1), "Trois personnes de mon portefeuille envisagent une VAE ce semestre.", (ACCEPTED, ("validate", ""))),
    Wish("aicha.diallo", ("vae", 1), "Notre association ouvre une permanence sur la VAE en janvier.", (ACCEPTED,)),
    Wish("lucas.hourcade", ("vae", 1), "Je suis la référence VAE de la maison de l'emploi depuis peu.", (ACCEPTED, ("validate", ""))),
    Wish(
        "bruno.testard", ("vae", 1), "Nos stagiaires nous interrogent souvent sur la VAE.",
        (ACCEPTED, ("question", "Avez-vous déjà accompagné une personne jusqu'au jury ?")),
    ),
    Wish("emilie.garnier", ("discriminations", 1), "Je construis un module sur l'égalité pour nos formateurs.", (ACCEPTED,)),
    Wish(
        "aicha.diallo", ("handicap", 1), "Plusieurs personnes que j'accompagne ont une reconnaissance de travailleur handicapé.",
        (ACCEPTED, ("question", "Avez-vous un cas précis à apporter le premier jour ?")),
    ),
    Wish(
        "lucas.hourcade", ("handicap", 1), "Je souhaite mieux travailler avec le réseau spécialisé.",
        (ACCEPTED, ("question", "Travaillez-vous déjà avec un partenaire spécialisé ?"),
         ("answer", "Oui, une conseillère vient une fois par mois dans nos locaux.")),
    ),
    Wish(
        "karim.benali", ("tableur", 1), "Mes suivis tiennent sur des feuilles éparses.",
        (("refuse", "Une formation interne au tableur est prévue en mars."),),
    ),
    Wish(
        "sophie.laurent", ("entreprises", 1), "Je découvre la relation avec les employeurs.",
        (ACCEPTED, ("decline", "Ce groupe s'adresse aux chargé·es de relations avec les entreprises.")),
    ),
    Wish("bruno.testard", ("alternance", 1), "Nous ouvrons deux classes en alternance.", (ACCEPTED, ("withdraw", ""))),
    Wish(
        "emilie.garnier", ("atelier", 1), "J'anime mon premier atelier en février.",
        (ACCEPTED, ("take back", "Effectif insuffisant cette semaine-là.")),
    ),
    Wish("lucas.hourcade", ("codev", 1), "Je suis seul sur mon poste et voudrais échanger entre pairs.", (ACCEPTED, ("validate", ""))),
    Wish("karim.benali", ("rgpd", 1), "Je tiens le registre de notre structure.", (ACCEPTED, ("validate", ""))),
    Wish("sophie.laurent", ("rgpd", 1), "Je reprends le secrétariat des dossiers.", (ACCEPTED, ("validate", ""))),
    Wish("emilie.garnier", ("conflit", 1), "L'accueil du centre a connu deux incidents cet automne."),
)  # fmt: skip


class Requests:
    """Makes the wishes come true."""

    def __init__(self, story: Story) -> None:
        """Begin with no request made."""
        self._story = story
        self._people = {one.key: one for one in PEOPLE}
        self._ids: dict[Wish, str] = {}

    async def make(self) -> None:
        """Every wish and what follows it, then what befalls the sessions."""
        for wish in WISHES:
            self._ids[wish] = await self._request(wish)
            for step, words in wish.then:
                await self._step(wish, step, words)
        await self._cancel_a_session()
        await self._close_attendance()
        # nobody has decided on this one, and its session is over now: the clock lets it expire
        await self._story.took_place(("conflit", 1), days_ago=9)

    async def _request(self, wish: Wish) -> str:
        person = self._story.people[wish.person]
        session = self._story.sessions[wish.session]
        await person.call("PUT", f"{ENROLLMENT}/cart/sessions/{session}")
        body = {
            "structure_id": self._story.structures[self._people[wish.person].structure],
            "lines": [{"session_id": session, "motivation": wish.motivation}],
        }
        made = await person.call("POST", f"{ENROLLMENT}/cart/validation", body)
        return str(made["requests"][0]["id"])

    async def _step(self, wish: Wish, step: str, words: str) -> None:
        story = self._story
        employer = story.people[EMPLOYERS[self._people[wish.person].structure]]
        person, trainer = story.people[wish.person], story.people[story.trainer_of(wish.session)]
        caller, path, body = {
            "accept": (employer, "acceptance", None),
            "refuse": (employer, "refusal", {"reason": words}),
            "take back": (employer, "agreement-withdrawal", {"reason": words}),
            "validate": (trainer, "validation", None),
            "question": (trainer, "question", {"question": words}),
            "decline": (trainer, "decline", {"reason": words}),
            "answer": (person, "answer", {"answer": words}),
            "withdraw": (person, "withdrawal", None),
        }[step]
        await caller.call("POST", f"{ENROLLMENT}/enrollments/{self._ids[wish]}/{path}", body)

    async def _cancel_a_session(self) -> None:
        session = self._story.sessions["codev", 1]
        reason = "L'animatrice est indisponible ; une autre date est proposée en février."
        await self._story.staff.call("POST", f"/api/catalogue/v1/sessions/{session}/cancellation", {"reason": reason})

    async def _close_attendance(self) -> None:
        """One session took place: one person was there, the other was not."""
        story = self._story
        slots = await story.took_place(("rgpd", 1), days_ago=12)
        trainer = story.people[story.trainer_of(("rgpd", 1))]
        path = f"{ENROLLMENT}/sessions/{story.sessions['rgpd', 1]}/attendance"
        sheet = await trainer.call("GET", path)
        there = {"Benali": True, "Laurent": False}
        said = [
            {"enrollment_id": line["enrollment_id"], "present": there[line["person"]["last_name"]]}
            for line in sheet["lines"]
        ]
        for slot in slots:
            await trainer.call("PUT", f"{path}/slots/{slot}", {"presences": said})
        await trainer.call("POST", f"{path}/closure")
