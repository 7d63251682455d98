"""The requests of the demo data: at least one in every state that a request can have."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from deploy.embedded.demo.people import PEOPLE
from deploy.embedded.demo.scenario import ENROLLMENT, Scenario

EMPLOYERS: Final = {
    "mission-locale": "claire.dumas",
    "tremplin": "marc.poitevin",
    "alienor": "bruno.testard",
    "emploi-gaves": "pilar.etcheverry",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a person for a session. `then`: the steps after it, each with its text (see `Requests._step`)."""

    person: str
    session: tuple[str, int]
    motivation: str
    then: tuple[tuple[str, str], ...] = ()


ACCEPTED: Final = ("accept", "")
REQUESTS: Final = (
    Request(
        "karim.benali", ("entretien", 1),
        "Je reçois des jeunes en rupture et veux mieux conduire nos premiers échanges.",
    ),
    Request(
        "sophie.laurent", ("vae", 1), "Trois personnes de mon portefeuille envisagent une VAE ce semestre.",
        (ACCEPTED, ("validate", "")),
    ),
    Request("aicha.diallo", ("vae", 1), "Notre association ouvre une permanence sur la VAE en janvier.", (ACCEPTED,)),
    Request(
        "lucas.hourcade", ("vae", 1), "Je suis la référence VAE de la maison de l'emploi depuis peu.",
        (ACCEPTED, ("validate", "")),
    ),
    Request(
        "bruno.testard", ("vae", 1), "Nos stagiaires nous interrogent souvent sur la VAE.",
        (ACCEPTED, ("question", "Avez-vous déjà accompagné une personne jusqu'au jury ?")),
    ),
    Request(
        "emilie.garnier", ("discriminations", 1), "Je construis un module sur l'égalité pour nos formateurs.",
        (ACCEPTED,),
    ),
    Request(
        "aicha.diallo", ("handicap", 1),
        "Plusieurs personnes que j'accompagne ont une reconnaissance de travailleur handicapé.",
        (ACCEPTED, ("question", "Avez-vous un cas précis à apporter le premier jour ?")),
    ),
    Request(
        "lucas.hourcade", ("handicap", 1), "Je souhaite mieux travailler avec le réseau spécialisé.",
        (ACCEPTED, ("question", "Travaillez-vous déjà avec un partenaire spécialisé ?"),
         ("answer", "Oui, une conseillère vient une fois par mois dans nos locaux.")),
    ),
    Request(
        "karim.benali", ("tableur", 1), "Mes suivis tiennent sur des feuilles éparses.",
        (("refuse", "Une formation interne au tableur est prévue en mars."),),
    ),
    Request(
        "sophie.laurent", ("entreprises", 1), "Je découvre la relation avec les employeurs.",
        (ACCEPTED, ("decline", "Ce groupe s'adresse aux chargé·es de relations avec les entreprises.")),
    ),
    Request(
        "bruno.testard", ("alternance", 1), "Nous ouvrons deux classes en alternance.", (ACCEPTED, ("withdraw", "")),
    ),
    Request(
        "emilie.garnier", ("atelier", 1), "J'anime mon premier atelier en février.",
        (ACCEPTED, ("withdraw agreement", "Effectif insuffisant cette semaine-là.")),
    ),
    Request(
        "lucas.hourcade", ("codev", 1), "Je suis seul sur mon poste et voudrais échanger entre pairs.",
        (ACCEPTED, ("validate", "")),
    ),
    Request("karim.benali", ("rgpd", 1), "Je tiens le registre de notre structure.", (ACCEPTED, ("validate", ""))),
    Request("sophie.laurent", ("rgpd", 1), "Je reprends le secrétariat des dossiers.", (ACCEPTED, ("validate", ""))),
    Request("emilie.garnier", ("conflit", 1), "L'accueil du centre a connu deux incidents cet automne."),
    Request(
        "emilie.garnier", ("tableur", 1), "Je tiens le suivi de nos groupes.",
        (ACCEPTED, ("withdraw", ""), ("reopen", "La personne a annulé par erreur et nous a appelés.")),
    ),
    Request(
        "aicha.diallo", ("alternance", 1), "Plusieurs jeunes de notre accueil cherchent un contrat.",
        (ACCEPTED, ("transfer", "Poitiers est plus près de son lieu de travail."), ("validate", "")),
    ),
)  # fmt: skip


class Requests:
    """Creates the requests and makes the decisions about them."""

    def __init__(self, scenario: Scenario) -> None:
        """`scenario`: its people and sessions must exist."""
        self._scenario = scenario
        self._people = {person.key: person for person in PEOPLE}
        self._ids: dict[Request, str] = {}

    async def create(self) -> None:
        """Create every request and make its steps, then cancel one session and move three into the past."""
        for request in REQUESTS:
            self._ids[request] = await self._request(request)
            for step, text in request.then:
                await self._step(request, step, text)
        await self._cancel_a_session()
        await self._close_attendance()
        await self._abandon()
        await self._propose()
        # the request for this session has no decision and the session is over: enrollment's clock lets it expire
        await self._scenario.move_into_the_past(("conflit", 1), days_ago=9)

    async def _request(self, request: Request) -> str:
        person = self._scenario.people[request.person]
        session = self._scenario.sessions[request.session]
        await person.call("PUT", f"{ENROLLMENT}/cart/sessions/{session}")
        body = {
            "structure_id": self._scenario.structures[self._people[request.person].structure],
            "lines": [{"session_id": session, "motivation": request.motivation}],
        }
        made = await person.call("POST", f"{ENROLLMENT}/cart/validation", body)
        return str(made["requests"][0]["id"])

    async def _step(self, request: Request, step: str, text: str) -> None:
        scenario = self._scenario
        employer = scenario.people[EMPLOYERS[self._people[request.person].structure]]
        person, trainer = scenario.people[request.person], scenario.people[scenario.trainer_of(request.session)]
        caller, path, body = {
            "accept": (employer, "acceptance", None),
            "refuse": (employer, "refusal", {"reason": text}),
            "withdraw agreement": (employer, "agreement-withdrawal", {"reason": text}),
            "validate": (trainer, "validation", None),
            "question": (trainer, "question", {"question": text}),
            "decline": (trainer, "decline", {"reason": text}),
            "answer": (person, "answer", {"answer": text}),
            "withdraw": (person, "withdrawal", None),
            "reopen": (scenario.staff, "reopening", {"reason": text}),
            "transfer": (
                scenario.staff, "transfer",
                {"reason": text, "session_id": scenario.sessions[request.session[0], 2]},
            ),
        }[step]  # fmt: skip
        await caller.call("POST", f"{ENROLLMENT}/enrollments/{self._ids[request]}/{path}", body)

    async def _cancel_a_session(self) -> None:
        session = self._scenario.sessions["codev", 1]
        reason = "L'animatrice est indisponible ; une autre date est proposée en février."
        await self._scenario.staff.call(
            "POST", f"/api/catalogue/v1/sessions/{session}/cancellation", {"reason": reason}
        )

    async def _close_attendance(self) -> None:
        """Record and close the sheet of a session in the past, then correct it: one was late, the other excused."""
        scenario = self._scenario
        slots = await scenario.move_into_the_past(("rgpd", 1), days_ago=12)
        trainer = scenario.people[scenario.trainer_of(("rgpd", 1))]
        path = f"{ENROLLMENT}/sessions/{scenario.sessions['rgpd', 1]}/attendance"
        sheet = await trainer.call("GET", path)
        lines = {line["person"]["last_name"]: line["enrollment_id"] for line in sheet["lines"]}
        excused = {"status": "excused", "remark": "Prévenue la veille : réunion de service."}
        presences = [
            {"enrollment_id": lines["Benali"], "status": "present"},
            {"enrollment_id": lines["Laurent"], **excused},
        ]
        for slot in slots:
            await trainer.call("PUT", f"{path}/slots/{slot}", {"presences": presences})
        closed = await trainer.call("POST", f"{path}/closure")
        first = closed["session"]["slots"][0]
        arrived = datetime.fromisoformat(first["starts_at"]) + timedelta(minutes=40)
        late = {"status": "late", "arrived_at": arrived.isoformat(), "remark": "Problème de connexion."}
        body = {"slots": [{"slot_id": first["id"], **late}], "reason": "L'arrivée tardive n'avait pas été saisie."}
        await trainer.call("PUT", f"{path}/lines/{lines['Benali']}", body)

    async def _abandon(self) -> None:
        """A person gives up after a session has begun; its sheet is still to be closed."""
        begun = ("discriminations", 1)
        await self._scenario.move_into_the_past(begun, days_ago=4)
        request = next(request for request in REQUESTS if request.session == begun)
        person = self._scenario.people[request.person]
        body = {"reason": "Un arrêt de travail m'a empêchée de revenir l'après-midi."}
        await person.call("POST", f"{ENROLLMENT}/enrollments/{self._ids[request]}/abandonment", body)

    async def _propose(self) -> None:
        """An employer proposes a session to a person, who has not answered yet."""
        scenario, employer, person = self._scenario, "helene.caradec", "aicha.diallo"
        me = await scenario.people[person].call("GET", "/api/identity/v1/me")
        body = {
            "kind": "participation",
            "account_id": me["id"],
            "structure_id": scenario.structures[self._people[person].structure],
            "session_id": scenario.sessions["atelier", 1],
            "reason": "Vous animerez le forum de mars avec nous.",
        }
        await scenario.people[employer].call("POST", f"{ENROLLMENT}/proposals", body)
