"""The objects that the access table names."""

import jwt

from tests.e2e.people import Person
from tests.e2e.scenario import Scenario

PARKED = 900_001
"""The number of a delivery that is parked, in each service."""


def target(scenario: Scenario, parameter: str, name: str) -> str:
    """The id of an object that the table names."""
    targets = {
        ("enrollment_id", "waiting"): scenario.requests["bruno", "entretien"],
        ("enrollment_id", "accepted"): scenario.requests["bruno", "numerique"],
        ("enrollment_id", "asked"): scenario.requests["bruno", "droit"],
        ("enrollment_id", "queued"): scenario.requests["emma", "numerique"],
        ("enrollment_id", "attended"): scenario.requests["bruno", "échange"],
        ("enrollment_id", "past"): scenario.requests["bruno", "visite"],
        ("enrollment_id", "refused"): scenario.requests["emma", "droit"],
        ("attachment_id", "own"): scenario["bruno"].attachment_id,
        ("attachment_id", "waiting"): scenario["zoe"].attachment_id,
        ("attachment_id", "first"): scenario["hugo"].attachment_id,
        ("session_id", "own"): _sign_in_session(scenario["bruno"]),
        ("session_id", "future"): scenario.sessions["entretien"]["id"],
        ("session_id", "cancelled"): scenario.sessions["annulée"]["id"],
        ("session_id", "archived"): scenario.sessions["archivée"]["id"],
        ("session_id", "past"): scenario.sessions["visite"]["id"],
        ("session_id", "closed"): scenario.sessions["échange"]["id"],
        ("session_id", "other"): scenario.sessions["ailleurs"]["id"],
        ("slot_id", "past"): scenario.sessions["visite"]["slots"][0]["id"],
        ("training_id", "published"): scenario.trainings["entretien"]["id"],
        ("training_id", "draft"): scenario.trainings["draft"]["id"],
        ("training_id", "archived"): scenario.trainings["archivée"]["id"],
        ("structure_id", "own"): scenario.structures["mairie"]["id"],
        ("request_id", "waiting"): scenario.structures["demandée"]["id"],
        ("report_id", "waiting"): scenario.structures["signalement"]["id"],
        ("account_id", "protected"): scenario["zoe"].id,
        ("account_id", "invited"): scenario["nobody"].id,
        ("account_id", "erased"): scenario["erased"].id,
        ("account_id", "own"): scenario["bruno"].id,
        ("axis_id", "ours"): scenario.axis["id"],
        ("mail_id", "any"): scenario.mail_id,
        ("subject_id", "any"): scenario["bruno"].id,
        ("name", "cap"): "structure_cap",
        ("left_open_id", "waiting"): scenario.left_open_id,
        ("proposal_id", "open"): scenario.proposal_id,
        ("number", "parked"): PARKED,
    }
    return str(targets[parameter, name])


def _sign_in_session(person: Person) -> str:
    claims = jwt.decode(person.tokens["access_token"], options={"verify_signature": False})
    return str(claims["sid"])
