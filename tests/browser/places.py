"""The ids of things in the demo data, under the names that the example addresses use."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from unicodedata import normalize

import httpx

from deploy.embedded.demo.people import PASSWORD, STRUCTURES
from deploy.embedded.demo.programme import TRAININGS
from tests.e2e.people import siret
from tests.e2e.systems import STAFF_EMAIL
from tests.support.eventually import eventually

Places = Mapping[str, str]
SECONDS: Final = 20
UNKNOWN: Final = "0b5e3c1a-7d42-4c6e-9f10-00000000dead"


async def find_places(http: httpx.AsyncClient) -> Places:
    """The names and ids, read through the API as staff. What the demo data lacks is made once.

    `training`, `axis`; `session`: one to ask for; `past_session`: with a closed sheet; `begun_session`: with an open
    one; `structure`, `person` and `attachment` of Karim Benali; `waiting_attachment` of Inès Moreau; `proposal`;
    `mail`; and requests: `karim_validated` is of a person or of a trainer in a state, `awaiting_trainer` is anybody's.
    """
    headers = await _bearer(http, STAFF_EMAIL)

    async def items(path: str) -> list[dict[str, Any]]:
        found = (await http.get(f"/api/{path}", headers=headers)).raise_for_status().json()
        listed: list[dict[str, Any]] = found["items"]
        return listed

    async def attachment(name: str) -> dict[str, Any]:
        return (await items(f"identity/v1/attachments?scope=all&q={name}"))[0]

    async def ensured(path: str, make: Callable[[], Awaitable[None]]) -> str:
        """The id of the first item; `make` makes one if there is none."""

        async def is_there() -> bool:
            return bool(await items(path))

        if not await is_there():
            await make()
            await eventually(is_there, within=SECONDS)
        return str((await items(path))[0]["id"])

    async def ask_for_a_structure() -> None:
        body = {
            "name": "Régie de quartier des Coutures",
            "siret": siret(),
            "town": "Limoges",
            "contact_name": "Odile Marsac",
            "contact_email": "odile.marsac@exemple.example",
        }
        (await http.post("/api/identity/v1/structure-requests", json=body)).raise_for_status()

    async def report_a_change() -> None:
        path = f"/api/identity/v1/structures/{karim['structure']['id']}/change-reports"
        claire = await _bearer(http, "claire.dumas@mission-locale.example")
        body = {"text": "Nous avons déménagé au 4, rue des Tanneries."}
        (await http.post(path, json=body, headers=claire)).raise_for_status()

    async def leave_requests_open() -> None:
        """Émilie Garnier has an open request, and is no beneficiary any more."""
        emilie = await attachment("Garnier")
        path = f"/api/identity/v1/attachments/{emilie['id']}/statuses"
        changed = {**headers, "If-Match": f'"{emilie["version"]}"'}
        (await http.put(path, json={"statuses": ["employer"]}, headers=changed)).raise_for_status()

    sessions = [each for each in await items("catalogue/v1/sessions?open=true&free=true") if _is_of_demo(each)]
    past = {each["training"]["title"]: each["id"] for each in await items("catalogue/v1/sessions?past=true")}
    karim = await attachment("Benali")
    return {
        "training": sessions[0]["training"]["id"],
        "axis": sessions[0]["training"]["axis"]["id"],
        "session": sessions[0]["id"],
        "past_session": next(key for title, key in past.items() if title.startswith("Protéger les données")),
        "begun_session": next(key for title, key in past.items() if title.startswith("Agir contre")),
        "structure": karim["structure"]["id"],
        "person": karim["account"]["id"],
        "attachment": karim["id"],
        "waiting_attachment": (await attachment("Moreau"))["id"],
        "proposal": (await items("enrollment/v1/proposals?scope=all"))[0]["id"],
        "structure_request": await ensured("identity/v1/structure-requests?state=open", ask_for_a_structure),
        "report": await ensured("identity/v1/change-reports?state=open", report_a_change),
        "left_open": await ensured("enrollment/v1/left-open", leave_requests_open),
        "mail": (await items("notifier/v1/mails?limit=1"))[0]["id"],
        **_requests(await items("enrollment/v1/enrollments?scope=all&limit=100")),
    }


async def _bearer(http: httpx.AsyncClient, email: str) -> dict[str, str]:
    body = {"email": email, "password": PASSWORD}
    answer = (await http.post("/api/identity/v1/tokens", json=body)).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _is_of_demo(session: dict[str, Any]) -> bool:
    """Whether it was not made by another test."""
    return bool(session["trainers"]) and session["training"]["title"] in {each.title for each in TRAININGS}


def unaccented(name: str) -> str:
    """A name in lower case and without accents."""
    return normalize("NFD", name.lower()).encode("ascii", "ignore").decode()


def _requests(listed: list[dict[str, Any]]) -> dict[str, str]:
    named: dict[str, str] = {}
    structures = {each.name for each in STRUCTURES}
    for each in (each for each in listed if each["structure"]["name"] in structures):
        for person in (each["person"], *each["session"]["trainers"]):
            named.setdefault(f"{unaccented(person['first_name'])}_{each['approval']}", each["id"])
        named.setdefault(each["approval"], each["id"])
    return named
