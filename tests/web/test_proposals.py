"""An employer proposes a session to a person, who consents or declines by the link of the mail."""

from typing import Any

import httpx
import pytest

from tests.web.examples import END, ID, OTHER, SLOTS, START, problem
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser, token_on
from tests.web.structure_examples import PERSON, SESSION, STRUCTURE, of_structure, page

PROPOSAL = f"/api/enrollment/v1/proposals/{ID}"
CATALOGUE_SESSION = {
    "id": OTHER, "capacity": 12, "place": HOSTILE, "address": HOSTILE, "access": HOSTILE, "distance": False,
    "link": None, "starts_at": START, "ends_at": END, "duration_hours": 3.5, "slots": SLOTS, "cancelled": None,
    "trainers": [{"id": ID, "first_name": HOSTILE, "last_name": HOSTILE}],
    "training": {
        "id": ID, "title": HOSTILE, "axis": {"id": ID, "name": HOSTILE}, "kind_label": HOSTILE, "members_only": False,
        "archived": False,
    },
    "occupancy": {"held": 1, "queued": 0, "free": 11},
    "requests": {"state": "open", "label": HOSTILE, "sentence": HOSTILE},
}  # fmt: skip


def proposal(**changes: Any) -> dict[str, Any]:
    example: dict[str, Any] = {
        "id": ID, "kind": "participation", "state": "open", "person": {**PERSON, "id": ID}, "structure": STRUCTURE,
        "session": SESSION, "from_session": None, "enrollment_id": None, "reason": HOSTILE, "motivation": HOSTILE,
        "proposed_by": PERSON, "proposed_at": START, "expires_at": END, "answered_at": None, "answer_reason": HOSTILE,
    }  # fmt: skip
    return {**example, **changes}


def gateway_of(*statuses: str, **changes: Any) -> FakeGateway:
    """The reader is the person of the proposal: both have the same id."""
    sessions = {"items": [CATALOGUE_SESSION], "next": None, "total": 1, "total_is_exact": True, "facets": None}
    return FakeGateway(
        of_structure(
            *statuses,
            **{
                f"GET {PROPOSAL}": proposal(),
                "GET /api/enrollment/v1/proposals": page(proposal()),
                f"GET /api/catalogue/v1/sessions/{OTHER}": CATALOGUE_SESSION,
                "GET /api/catalogue/v1/sessions": sessions,
                **changes,
            },
        )
    )


PAGES = (
    "/propositions",
    f"/propositions/{ID}",
    f"/propositions/{ID}/refus",
    "/structure/proposer",
    f"/structure/proposer?personne={OTHER}",
    f"/structure/proposer?personne={OTHER}&session={OTHER}",
)


@pytest.mark.parametrize("address", PAGES)
async def test_hostile_text_stays_text(address: str) -> None:
    gateway = gateway_of("employer")
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(address)
    assert answer.status_code == 200
    assert ESCAPED in answer.text
    assert HOSTILE not in answer.text
    assert len(gateway.sent) <= 5


@pytest.mark.parametrize("missing", [404, 503])
async def test_a_proposal_is_shown_without_the_slots_while_the_catalogue_is_away(missing: int) -> None:
    gateway = gateway_of("beneficiary", **{f"GET /api/catalogue/v1/sessions/{OTHER}": httpx.Response(missing)})
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(f"/propositions/{ID}")
    assert answer.status_code == 200
    assert "Donner mon accord" in answer.text


async def test_the_person_consents_in_their_own_words_and_comes_to_the_request() -> None:
    gateway = gateway_of("beneficiary", **{f"POST {PROPOSAL}/consent": proposal(enrollment_id=OTHER)})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"/propositions/{ID}"), "motivation": " Mes mots "}
        answer = await client.post(f"/propositions/{ID}/accord", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/demandes/{OTHER}")
    assert gateway.bodies("POST", f"{PROPOSAL}/consent") == [{"motivation": "Mes mots"}]


async def test_a_consent_that_a_rule_forbids_says_which_and_keeps_the_words() -> None:
    sentence = "Vous avez déjà une demande pour cette formation."
    gateway = gateway_of("beneficiary", **{f"POST {PROPOSAL}/consent": problem(422, "", ("session_id", sentence))})
    async with browser(gateway, signed_in=True) as client:
        form = {"form_token": await token_on(client, f"/propositions/{ID}"), "motivation": "Mes mots"}
        answer = await client.post(f"/propositions/{ID}/accord", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Mes mots</textarea>" in answer.text


async def test_the_person_declines_after_reading_what_follows() -> None:
    gateway = gateway_of("beneficiary", **{f"POST {PROPOSAL}/decline": proposal(state="declined")})
    async with browser(gateway, signed_in=True) as client:
        address = f"/propositions/{ID}/refus"
        assert "Ce qui va se passer" in (await client.get(address)).text
        answer = await client.post(address, data={"form_token": await token_on(client, address), "reason": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/propositions/{ID}")
    assert [each.content for each in gateway.sent if each.method == "POST"] == [b""]


async def test_an_answered_proposal_offers_no_answer() -> None:
    answered = proposal(state="consented", enrollment_id=OTHER, answered_at=START)
    gateway = gateway_of("beneficiary", **{f"GET {PROPOSAL}": answered})
    gateway.answers[f"POST {PROPOSAL}/decline"] = problem(409, "Cette proposition a été acceptée.")
    async with browser(gateway, signed_in=True) as client:
        shown = (await client.get(f"/propositions/{ID}")).text
        form = {"form_token": await token_on(client, "/propositions"), "reason": "Mes mots"}
        answer = await client.post(f"/propositions/{ID}/refus", data=form)
    assert "Donner mon accord" not in shown
    assert f'href="/demandes/{OTHER}"' in shown
    assert answer.status_code == 409
    assert "Mes mots</blockquote>" in answer.text


async def test_an_employer_proposes_a_session_and_keeps_the_words_on_errors() -> None:
    gateway = gateway_of("employer", **{"POST /api/enrollment/v1/proposals": problem(422, "", ("reason", "Dites."))})
    async with browser(gateway, signed_in=True) as client:
        address = f"/structure/proposer?personne={OTHER}&session={OTHER}"
        ids = {"personne": OTHER, "session": OTHER, "structure": OTHER}
        form = {"form_token": await token_on(client, address), "key": "12345678", **ids, "motivation": "Mes mots"}
        wrong = await client.post("/structure/proposer", data={**form, "reason": ""})
        gateway.wrong.clear()
        gateway.answers["POST /api/enrollment/v1/proposals"] = {"id": ID}
        done = await client.post("/structure/proposer", data={**form, "reason": "Pour son poste."})
    assert wrong.status_code == 422
    assert "Dites." in wrong.text
    assert "Mes mots</textarea>" in wrong.text
    assert (done.status_code, done.headers["Location"]) == (303, f"/propositions/{ID}")
    assert gateway.bodies("POST", "/api/enrollment/v1/proposals")[1] == {
        "kind": "participation", "account_id": OTHER, "session_id": OTHER, "structure_id": OTHER,
        "reason": "Pour son poste.", "motivation": "Mes mots",
    }  # fmt: skip
