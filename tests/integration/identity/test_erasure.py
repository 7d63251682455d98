"""An account is erased: what stands against it, what is left of it, and what comes too late to bring it back."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest

from services.identity.wiring import SERVICE
from shared.chains import broken_chains
from shared.contracts.obligations import AccountErasureReviewed
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from tests.contracts.story import deliver, failures
from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService
from tests.support.traces import traces

ROSE, PAUL = "rose@ml.example", "paul.lenoir@ml.example"
REASON = {"reason": "Demande reçue par courrier."}
OWN = {"password": PASSWORD}


@pytest.fixture
async def paul(service: IdentityService) -> str:
    """Paul's account: he is a beneficiary of the structure whose referent is Rose."""
    structure = await service.structure()
    await service.join(ROSE, structure)
    attachment = await service.join(PAUL, structure, first_name="Paul", last_name="Lenoir")
    await service.ask("POST", f"/attachments/{attachment}/confirmation", {"statuses": ["beneficiary"]}, by=ROSE)
    return str((await service.ask("GET", "/me", by=PAUL))["id"])


async def answer(service: IdentityService, *obligations: str) -> None:
    """Enrollment answers to the newest erasure."""
    asked = (await service.emitted("account_erasure_requested"))[-1]
    message = AccountErasureReviewed(
        occurred_at=service.now,
        erasure_id=asked["erasure_id"],
        account_id=asked["account_id"],
        obligations=obligations,
    )
    worker = SERVICE.worker(SERVICE.settings(), service.database, InProcessTransport())
    envelope = Envelope(message_id=str(uuid4()), name=message.wire_name, body=message.model_dump_json().encode())
    await deliver(worker, [envelope])
    assert await failures(service.database) == []


async def rows_with(service: IdentityService, words: Sequence[str]) -> list[tuple[str, str]]:
    """The tables that have a row with one of the words, and the word."""
    async with service.database.engine.connect() as connection:
        return sorted(await traces(connection, words))


async def test_a_person_is_erased_and_nothing_tells_who_it_was(service: IdentityService, paul: str) -> None:
    await service.ask("PATCH", "/me", {"last_name": "Lenoir-Petit"}, by=PAUL, If_Match='"1"')
    await service.ask("POST", "/me/password", {"current_password": PASSWORD, "new_password": PASSWORD + "!"}, by=PAUL)
    asked = await service.ask("POST", "/me/erasure", {"password": PASSWORD + "!"}, by=PAUL)
    assert (asked["state"], asked["by_staff"], asked["sentences"]) == ("asked", False, [])
    assert (await service.ask("GET", "/me/erasure", by=PAUL))["id"] == asked["id"]
    again = await service.ask("POST", "/me/erasure", {"password": PASSWORD + "!"}, by=PAUL)
    assert (again["id"], len(await service.emitted("account_erasure_requested"))) == (asked["id"], 1)
    data = await service.ask("GET", "/me/data", by=PAUL)
    assert [row["email"] for row in data["account"]] == [PAUL]
    assert [row["structure"] for row in data["attachments"]] == ["Mission locale"]
    assert {len(data[part]) for part in ("sign_ins", "erasures")} == {1}
    assert len(data["devices"]) > 0
    assert {"AccountRenamed", "PasswordChanged"} <= {each["act"] for each in data["history"]}
    assert "password_hash" not in str(data)
    await answer(service)
    assert await rows_with(service, ["lenoir", PAUL, "paul"]) == []
    [erased] = await service.emitted("account_erased")
    assert (erased["account_id"], erased["version"]) == (paul, 3)
    [ended] = await service.emitted("account_attachment_ended")
    assert (ended["reason"], ended["left_without_referent"]) == ("Le compte de la personne est supprimé.", False)
    assert (await service.call("GET", "/me", by=PAUL)).status_code == 403
    assert (await service.call("POST", "/tokens", {"email": PAUL, "password": PASSWORD + "!"})).status_code == 401
    async with service.database.engine.connect() as connection:
        assert await broken_chains(connection, {"identity_history": "aggregate_id"}) == []


async def test_staff_see_a_tombstone_that_nobody_changes_and_the_ledger(service: IdentityService, paul: str) -> None:
    asked = await service.ask("POST", f"/accounts/{paul}/erasure", REASON, by=STAFF)
    [line] = (await service.ask("GET", "/erasures", by=STAFF))["items"]
    named = await service.ask("GET", f"/accounts/{paul}", by=STAFF)
    assert (line["state"], line["account_name"]) == ("asked", f"{named['first_name']} {named['last_name']}")
    await answer(service)
    alix = (await service.ask("GET", "/me", by=STAFF))["id"]
    [line] = (await service.ask("GET", "/erasures", by=STAFF))["items"]
    assert (line["id"], line["account_id"], line["asked_by"], line["state"]) == (asked["id"], paul, alix, "done")
    assert (line["by_staff"], line["reason"], line["ended_at"] is not None) == (True, REASON["reason"], True)
    me = await service.ask("GET", "/me", by=STAFF)
    assert (line["account_name"], line["asked_by_name"]) == (None, f"{me['first_name']} {me['last_name']}")
    tombstone = await service.ask("GET", f"/accounts/{paul}", by=STAFF)
    assert (tombstone["first_name"], tombstone["last_name"], tombstone["disabled"]) == ("Compte", "supprimé", True)
    assert tombstone["email"] == f"{paul}@compte-supprime.invalid"
    mark = await service.call("PATCH", f"/accounts/{paul}", {"disabled": False}, by=STAFF, If_Match='"3"')
    assert mark.status_code == 404
    assert (await service.call("POST", f"/accounts/{paul}/erasure", REASON, by=STAFF)).status_code == 404
    assert (await service.ask("GET", "/accounts?q=supprime", by=STAFF))["items"] == []
    assert (await service.acts(paul))[-1] == "AccountErased"
    [event] = (await service.ask("GET", "/security-events?kind=account_erased", by=STAFF))["items"]
    assert event["account_id"] == paul


async def test_a_late_answer_changes_nothing(service: IdentityService, paul: str) -> None:
    await service.ask("POST", f"/accounts/{paul}/erasure", REASON, by=STAFF)
    await answer(service)
    await answer(service, "open_requests")
    await answer(service)
    assert (await service.ask("GET", f"/accounts/{paul}/erasure", by=STAFF))["state"] == "done"
    assert len(await service.emitted("account_erased")) == 1


async def test_obligations_elsewhere_refuse_it_with_a_sentence_for_each(service: IdentityService, paul: str) -> None:
    await service.ask("POST", "/me/erasure", OWN, by=PAUL)
    await answer(service, "open_requests", "something_new")
    refused = await service.ask("GET", "/me/erasure", by=PAUL)
    assert (refused["state"], refused["obligations"]) == ("refused", ["open_requests", "something_new"])
    assert refused["sentences"] == [
        "Des demandes de formation sont en cours : elles doivent d'abord être annulées.",
        "Une autre obligation est en cours : écrivez à l'agence.",
    ]
    assert (await service.ask("GET", "/me", by=PAUL))["last_name"] == "Lenoir"
    assert (await service.ask("POST", "/me/erasure", OWN, by=PAUL))["state"] == "asked"


async def _problem(answer: Any) -> tuple[int, str, str]:
    body = answer.json()
    return answer.status_code, body["type"].rsplit(":")[-1], body["detail"]


async def test_the_last_referent_is_not_erased(service: IdentityService, paul: str) -> None:
    status, kind, detail = await _problem(await service.call("POST", "/me/erasure", OWN, by=ROSE))
    assert (status, kind) == (409, "has-obligations")
    assert detail == (
        "Ce compte ne peut pas encore être supprimé. "
        "Une structure n'aurait plus de personne référente : une autre doit d'abord être nommée."
    )


async def test_staff_and_who_waits_for_the_desk_are_not_erased(service: IdentityService, paul: str) -> None:
    status, _, detail = await _problem(await service.call("POST", "/me/erasure", OWN, by=STAFF))
    assert (status, "équipe de l'agence" in detail) == (409, True)
    form = {
        "name": "Le Pas de Côté",
        "siret": "78467169500087",
        "town": "Guéret",
        "contact_name": "Paul Lenoir",
        "contact_email": PAUL,
    }
    await service.ask("POST", "/structure-requests", form)
    status, _, detail = await _problem(await service.call("POST", "/me/erasure", OWN, by=PAUL))
    assert (status, "attend une réponse de l'agence" in detail) == (409, True)
    [request] = await service.rows("SELECT id FROM structure_requests")
    refusal = {"reason": "Monsieur Lenoir s'est trompé."}
    await service.ask("POST", f"/structure-requests/{request.id}/refusal", refusal, by=STAFF)
    history = (await service.ask("GET", "/me/data", by=PAUL))["history"]
    assert refusal["reason"] in {line["note"] for line in history}
    assert refusal["reason"] not in str(await service.ask("GET", "/me/data", by=ROSE))
    await service.ask("POST", "/me/erasure", OWN, by=PAUL)
    await answer(service)
    assert await rows_with(service, ["lenoir", PAUL]) == []


async def test_the_password_and_the_right_are_checked(service: IdentityService, paul: str) -> None:
    wrong = await service.call("POST", "/me/erasure", {"password": "autre chose"}, by=PAUL)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "password")
    assert (await service.call("GET", "/me/erasure", by=PAUL)).status_code == 404
    alix = (await service.ask("GET", "/me", by=STAFF))["id"]
    own = await service.call("POST", f"/accounts/{alix}/erasure", REASON, by=STAFF)
    assert (await _problem(own))[:2] == (409, "own-account")
