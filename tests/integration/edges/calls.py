"""Makes the HTTP calls of the access table: current version of each target, a valid body for each endpoint."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tests.e2e.people import Person, siret
from tests.e2e.scenario import Scenario
from tests.e2e.steps.catalogue import half_day
from tests.integration.edges.all_services import AllServices
from tests.integration.edges.matrix import MATRIX, PEOPLE
from tests.integration.edges.targets import target

_LINE: Final = re.compile(r"(GET|POST|PUT|PATCH|DELETE)\s+(\S+)\s+([\d\s]+)")
_TARGET: Final = re.compile(r"\{(\w+)=(\w+)\}")
REASON: Final = {"reason": "L'équipe en a décidé ainsi."}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `expected`: the status for each kind of person. `written`: the path in the table."""

    service: str
    method: str
    written: str
    expected: dict[str, int]

    @property
    def operation(self) -> tuple[str, str]:
        """Method and path as in the OpenAPI document."""
        return self.method, f"/api/{self.service}/v1{self.template}"

    @property
    def template(self) -> str:
        """The path without the names of its targets."""
        return _TARGET.sub(r"{\1}", self.written)

    def path(self, scenario: Scenario) -> str:
        """The path to call, without `/api/`."""
        filled = _TARGET.sub(lambda match: target(scenario, match[1], match[2]), self.written)
        session_id, structure_id = scenario.sessions["ailleurs"]["id"], scenario.structures["mairie"]["id"]
        query = {
            ("GET", "/eligibility"): f"?session_id={session_id}&structure_id={structure_id}",
            ("GET", "/sessions/{session_id=past}/attendance/candidates"): "?q=em",
            ("GET", "/people/{account_id=own}/open-requests"): f"?structure_id={structure_id}",
        }
        return f"{self.service}/v1{filled}{query.get((self.method, self.written), '')}"

    @property
    def allowed_person(self) -> str:
        """A kind of person whose request gets past the access check, staff if possible; a visitor if there is none."""
        return next((person for person in reversed(PEOPLE) if self.expected[person] not in {401, 404}), "visitor")


def rows() -> Iterator[Row]:
    """Every line of the table."""
    for service, table in MATRIX.items():
        for method, path, statuses in _LINE.findall(table):
            yield Row(service, method, path, dict(zip(PEOPLE, map(int, statuses.split()), strict=True)))


async def version(services: AllServices, row: Row, person: Person) -> dict[str, str]:
    """The `If-Match` header with the current version, for endpoints that need one."""
    operation = services.apps[row.service].openapi()["paths"][row.operation[1]][row.method.lower()]
    if not any(parameter["name"].lower() == "if-match" for parameter in operation.get("parameters", [])):
        return {}
    scenario = services.scenario
    path = row.path(scenario)
    if path.endswith("/me"):
        current = (await person.send("GET", path)).json().get("version", 1)
    elif "/rules/" in path:
        rules = await scenario.staff.get_json("enrollment/v1/rules")
        current = next(rule["version"] for rule in rules if rule["name"] == "structure_cap")
    else:
        current = (await scenario.staff.get_json(re.sub(r"/(statuses|capacity)$", "", path)))["version"]
    return {"If-Match": f'"{current}"'}


def body_of(scenario: Scenario, row: Row) -> Any:
    """A valid body for an endpoint, None if it takes none."""
    return BODIES.get((row.service, row.method, row.template), lambda _: None)(scenario)


def _session(scenario: Scenario) -> dict[str, Any]:
    day = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=60)
    times = {"opens_at": (day - timedelta(days=30)).isoformat(), "closes_at": (day - timedelta(days=3)).isoformat()}
    training = scenario.trainings["entretien"]["id"]
    return {
        "training_id": training,
        "capacity": 3,
        "place": "Tulle",
        "town": "Tulle",
        "address": "1 quai de la Corrèze",
        "access": "Plain-pied.",
        "distance": False,
        "link": "https://visio.example/salle",
        **times,
        "slots": [half_day(day, 0)],
        "trainer_ids": [scenario["theo"].id],
    }


def _training(scenario: Scenario) -> dict[str, Any]:
    texts = dict.fromkeys(("summary", "objectives", "content", "audience", "prerequisites"), "Un texte.")
    return {
        "title": "Une formation",
        "axis_id": scenario.axis["id"],
        "kind": "training",
        "members_only": False,
        "duration": "2 jours",
        "contact": "L'agence.",
        "accessibility": "Sur demande.",
        **texts,
    }


def _account(_: Scenario) -> dict[str, Any]:
    return {"civility": "Mme", "first_name": "Ana", "last_name": "Costa", "email": "ana.costa@exemple.example"}


def _lines(scenario: Scenario) -> dict[str, Any]:
    line = {"session_id": scenario.sessions["ailleurs"]["id"], "motivation": "Découvrir le plateau."}
    return {"structure_id": scenario.structures["mairie"]["id"], "lines": [line]}


_LINK: Final = {"token": "x" * 43, "password": "quatre chevaux dans le pré"}
_STRUCTURE: Final = {"name": "Mission locale de Tulle", "town": "Tulle"}
BODIES: Final = {
    ("enrollment", "PUT", "/cart/lines/{session_id}/motivation"): lambda _: {"motivation": "Découvrir le plateau."},
    ("enrollment", "POST", "/eligibility"): lambda scenario: {
        "session_ids": [scenario.sessions["ailleurs"]["id"]],
        "structure_id": scenario.structures["mairie"]["id"],
    },
    ("identity", "POST", "/registrations"): lambda scenario: {
        **_account(scenario),
        "structure_id": scenario.structures["mairie"]["id"],
    },
    ("identity", "POST", "/address-proofs"): lambda _: _LINK,
    ("identity", "POST", "/password-resets"): lambda _: {"email": "personne@exemple.example"},
    ("identity", "POST", "/password-resets/confirmation"): lambda _: _LINK,
    ("identity", "POST", "/tokens"): lambda scenario: {
        "email": scenario["emma"].email,
        "password": scenario["emma"].password,
    },
    ("identity", "POST", "/tokens/refresh"): lambda _: {"refresh_token": "x" * 43},
    ("identity", "POST", "/tokens/revocation"): lambda _: {"refresh_token": "x" * 43},
    ("identity", "PATCH", "/me"): lambda _: {"first_name": "Camille"},
    ("identity", "POST", "/me/password"): lambda _: {
        "current_password": "pas le bon",
        "new_password": "quatre chevaux dans le pré",
    },
    ("identity", "POST", "/me/address-change"): lambda _: {
        "email": "ana.costa@exemple.example",
        "password": "pas le bon",
    },
    ("identity", "POST", "/me/erasure"): lambda _: {"password": "pas le bon"},
    ("identity", "POST", "/accounts/{account_id}/erasure"): lambda _: {"reason": "Demande reçue par courrier."},
    ("identity", "POST", "/me/address-change/confirmation"): lambda _: {"token": "x" * 43},
    ("identity", "POST", "/structure-invitations"): lambda _: {"token": "x" * 43},
    ("identity", "POST", "/change-reports/{report_id}/closure"): lambda _: {
        "outcome": "declined",
        "answer": "L'adresse était déjà la bonne.",
    },
    ("identity", "POST", "/attachments/{attachment_id}/departure"): lambda _: REASON,
    ("identity", "POST", "/attachments/{attachment_id}/withdrawal"): lambda _: REASON,
    ("identity", "POST", "/me/second-factor/confirmation"): lambda _: {"code": "123456"},
    ("identity", "POST", "/structures"): lambda _: {**_STRUCTURE, "siret": siret(), "is_member": True},
    ("identity", "PATCH", "/structures/{structure_id}"): lambda _: {"town": "Tulle"},
    ("identity", "POST", "/structures/{structure_id}/closure"): lambda _: REASON,
    ("identity", "POST", "/structures/{structure_id}/merger"): lambda scenario: {
        "into": scenario.structures["vide"]["id"],
        **REASON,
    },
    ("identity", "POST", "/structures/{structure_id}/reopening"): lambda _: REASON,
    ("identity", "POST", "/structures/{structure_id}/change-reports"): lambda _: {"text": "Nous avons déménagé."},
    ("identity", "POST", "/structure-requests"): lambda _: {
        **_STRUCTURE,
        "siret": siret(),
        "contact_name": "Ana Costa",
        "contact_email": "ana.costa@exemple.example",
    },
    ("identity", "POST", "/structure-requests/{request_id}/acceptance"): lambda _: {"is_member": False},
    ("identity", "POST", "/structure-requests/{request_id}/refusal"): lambda _: {**REASON, "silent": True},
    ("identity", "POST", "/attachments"): lambda scenario: {"structure_id": scenario.structures["vide"]["id"]},
    ("identity", "POST", "/attachments/{attachment_id}/confirmation"): lambda _: {"statuses": ["beneficiary"]},
    ("identity", "POST", "/attachments/{attachment_id}/first-user-removal"): lambda _: REASON,
    ("identity", "POST", "/attachments/{attachment_id}/refusal"): lambda _: REASON,
    ("identity", "PUT", "/attachments/{attachment_id}/statuses"): lambda _: {"statuses": ["employer"], **REASON},
    ("identity", "POST", "/attachments/{attachment_id}/end"): lambda _: REASON,
    ("identity", "POST", "/accounts"): lambda scenario: {**_account(scenario), "is_staff": False},
    ("identity", "PATCH", "/accounts/{account_id}"): lambda _: {"disabled": True},
    ("catalogue", "POST", "/axes"): lambda _: {"name": "Un axe", "description": "De quoi il s'agit."},
    ("catalogue", "PATCH", "/axes/{axis_id}"): lambda _: {"description": "De quoi il s'agit vraiment."},
    ("catalogue", "POST", "/trainings"): _training,
    ("catalogue", "PATCH", "/trainings/{training_id}"): lambda _: {"summary": "Un autre texte."},
    ("catalogue", "POST", "/sessions"): _session,
    ("catalogue", "POST", "/sessions/slots-preview"): lambda _: {
        "first_day": "2027-03-02",
        "last_day": "2027-03-30",
        "weekdays": ["tuesday"],
        "blocks": [{"from": "09:00", "to": "12:30"}],
        "except": ["2027-03-09"],
    },
    ("catalogue", "POST", "/sessions/{session_id}/copy"): lambda _: {"starts_on": "2027-06-01"},
    ("catalogue", "POST", "/sessions/{session_id}/reinstatement"): lambda _: REASON,
    ("catalogue", "PATCH", "/sessions/{session_id}"): lambda _: {"place": "Ussel", **REASON},
    ("catalogue", "PUT", "/sessions/{session_id}/capacity"): lambda _: {"capacity": 9},
    ("catalogue", "POST", "/sessions/{session_id}/cancellation"): lambda _: REASON,
    ("enrollment", "POST", "/cart/validation"): _lines,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/acceptance"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/refusal"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/agreement-withdrawal"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/validation"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/decline"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/question"): lambda _: {"question": "Pourquoi maintenant ?"},
    ("enrollment", "POST", "/enrollments/{enrollment_id}/answer"): lambda _: {
        "answer": "Parce que mes missions changent."
    },
    ("enrollment", "POST", "/enrollments/{enrollment_id}/withdrawal"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/abandonment"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/reopening"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/promotion"): lambda _: REASON,
    ("enrollment", "POST", "/enrollments/{enrollment_id}/transfer"): lambda scenario: {
        "session_id": scenario.sessions["autre"]["id"],
        **REASON,
    },
    ("enrollment", "POST", "/enrollments/{enrollment_id}/notes"): lambda _: {"text": "A rappelé le 12."},
    ("enrollment", "POST", "/left-open/{left_open_id}/decision"): lambda _: {"decision": "cancel", **REASON},
    ("enrollment", "POST", "/proposals"): lambda scenario: {
        "kind": "participation",
        "account_id": scenario["emma"].id,
        "structure_id": scenario.structures["mairie"]["id"],
        "session_id": scenario.sessions["ailleurs"]["id"],
        "motivation": "Prendre en main l'accueil.",
        **REASON,
    },
    ("enrollment", "POST", "/proposals/{proposal_id}/consent"): lambda _: {"motivation": "Je change de poste."},
    ("enrollment", "POST", "/proposals/{proposal_id}/decline"): lambda _: REASON,
    ("enrollment", "POST", "/sessions/{session_id}/messages"): lambda _: {
        "to": "held",
        "subject": "Salle changée",
        "text": "Nous serons dans la salle B.",
    },
    ("enrollment", "PUT", "/sessions/{session_id}/attendance/slots/{slot_id}"): lambda scenario: {
        "presences": [{"enrollment_id": scenario.requests["bruno", "visite"], "present": False}],
        **REASON,
    },
    ("enrollment", "POST", "/sessions/{session_id}/attendance/closure"): lambda _: {**REASON, "undecided": []},
    ("enrollment", "POST", "/sessions/{session_id}/attendance/people"): lambda scenario: {
        "account_id": scenario["emma"].id,
        "structure_id": scenario.structures["mairie"]["id"],
        **REASON,
    },
    ("enrollment", "POST", "/sessions/{session_id}/attendance/reopening"): lambda _: REASON,
    ("enrollment", "PUT", "/sessions/{session_id}/attendance/lines/{enrollment_id}"): lambda scenario: {
        "slots": [
            {
                "slot_id": scenario.sessions["échange"]["slots"][0]["id"],
                "status": "excused",
                "remark": "Rendez-vous médical.",
            }
        ],
        **REASON,
    },
    ("enrollment", "PUT", "/rules/{name}"): lambda _: {"enabled": True, "value": {"people": 3}},
    ("enrollment", "POST", "/rules/{name}/preview"): lambda _: {"enabled": True, "value": {"people": 3}},
    **{
        (service, "POST", f"/deliveries/{path}"): lambda _: REASON
        for service in MATRIX
        for path in ("replay", "{number}/replay", "{number}/drop")
    },
}
