"""From the form to the signed-in person, and what a stranger can do with it."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService

CLAIRE, PAUL = "claire@ml.example", "paul@ml.example"


async def test_the_first_user_of_a_structure_registers_proves_signs_in_and_is_its_referent(
    service: IdentityService,
) -> None:
    structure = await service.structure()
    before = len(await service.emitted())
    await service.join(CLAIRE, structure)
    assert await service.emitted_names(before) == [
        "send_address_proof",
        "account_registered",
        "account_attachment_confirmed",
    ]
    confirmed = (await service.emitted("account_attachment_confirmed"))[0]
    assert confirmed["confirmed_by"] is None
    assert confirmed["attachment"]["statuses"] == ["referent"]
    me = await service.ask("GET", "/me", by=CLAIRE)
    assert (me["first_name"], me["is_staff"], me["version"]) == ("Claire", False, 1)
    assert me["attachments"][0]["state"] == "active"
    assert me["attachments"][0]["structure"]["town"] == "Limoges"
    assert await service.acts(me["id"]) == ["AddressProved"]


async def test_everybody_after_the_first_waits_for_a_referent(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(CLAIRE, structure)
    await service.join(PAUL, structure)
    requested = (await service.emitted("account_attachment_requested"))[0]["attachment"]
    assert (requested["state"], requested["statuses"], requested["version"]) == ("requested", [], 1)


async def test_of_ten_first_users_at_once_exactly_one_is_the_referent(service: IdentityService) -> None:
    structure = await service.structure()
    people = [f"p{number}@ml.example" for number in range(10)]
    links = [await service.register(email, structure) for email in people]
    proofs = [service.call("POST", "/address-proofs", {"token": link, "password": PASSWORD}) for link in links]
    assert {answer.status_code for answer in await asyncio.gather(*proofs)} == {204}
    states = await service.rows("SELECT state, count(*) AS people FROM attachments GROUP BY state ORDER BY state")
    assert [(row.state, row.people) for row in states] == [("active", 1), ("requested", 9)]
    assert len(await service.emitted("account_attachment_confirmed")) == 1
    assert len(await service.emitted("account_attachment_requested")) == 9


async def test_registering_answers_the_same_for_a_known_and_an_unknown_address(service: IdentityService) -> None:
    structure = await service.structure()
    await service.join(CLAIRE, structure)
    before = len(await service.emitted())
    known, unknown = [
        await service.call("POST", "/registrations", service.form(email, structure))
        for email in (CLAIRE.upper(), "nobody@ml.example")
    ]
    assert (
        (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b'{"status":"accepted"}')
    )
    assert set(known.headers) == set(unknown.headers)
    notice, proof = (await service.emitted())[before:]
    assert (notice["name"], notice["notice"], notice["to"], notice["email"]) == (
        "send_account_notice", "already_registered", "notifier", CLAIRE,
    )  # fmt: skip
    assert (proof["name"], proof["to"], proof["structure_name"]) == ("send_address_proof", "notifier", "Mission locale")


async def test_asking_for_a_reset_answers_the_same_for_a_known_and_an_unknown_address(service: IdentityService) -> None:
    before = len(await service.emitted())
    known, unknown = [
        await service.call("POST", "/password-resets", {"email": email}) for email in (STAFF, "nobody@ml.example")
    ]
    assert (
        (known.status_code, known.content) == (unknown.status_code, unknown.content) == (202, b'{"status":"accepted"}')
    )
    assert await service.emitted_names(before) == ["send_password_reset"]
    # as many rows are written for somebody who is not there
    links = await service.rows("SELECT email, purpose FROM links ORDER BY email")
    assert [(row.email, row.purpose) for row in links] == [(STAFF, "reset"), ("nobody@ml.example", "decoy")]


async def test_only_the_hash_of_a_link_is_kept_and_its_secret_travels_as_a_command_alone(
    service: IdentityService,
) -> None:
    token = await service.register(CLAIRE, await service.structure())
    assert len(token) >= 43
    rows = await service.rows("SELECT CAST(l AS text) AS line FROM links l")
    assert all(token not in row.line for row in rows)
    assert {
        row.recipient
        for row in await service.rows("SELECT recipient FROM outbox WHERE payload LIKE :t", t=f"%{token}%")
    } == {"notifier"}


async def test_a_link_works_once_and_not_after_its_time(service: IdentityService) -> None:
    structure = await service.structure()
    used = await service.register(CLAIRE, structure)
    body = {"token": used, "password": PASSWORD}
    at_once = await asyncio.gather(*(service.call("POST", "/address-proofs", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in at_once) == [204, 410, 410, 410]
    assert len(await service.emitted("account_registered")) == 2
    assert await service.rows("SELECT email FROM links WHERE email = :email", email=CLAIRE) == []
    late = await service.register(PAUL, structure)
    service.ahead = timedelta(hours=24)
    for token in (used, late, "x" * 43):
        answer = await service.call("POST", "/address-proofs", {"token": token, "password": PASSWORD})
        assert answer.status_code == 410
        assert answer.json()["type"].endswith("link-not-valid")
    assert await service.rows("SELECT id FROM accounts WHERE email = :email", email=PAUL) == []


async def test_a_stranger_who_registers_an_address_changes_nothing_for_its_owner(
    service: IdentityService,
) -> None:
    structure, other = await service.structure(), await service.structure(1, "Ailleurs")
    own = await service.register(CLAIRE, structure)
    strange = await service.register(CLAIRE, other, first_name="Autre", last_name="Nom")
    assert own != strange
    await service.ask("POST", "/address-proofs", {"token": own, "password": PASSWORD})
    await service.sign_in(CLAIRE)
    me = await service.ask("GET", "/me", by=CLAIRE)
    assert (me["first_name"], [attachment["structure"]["id"] for attachment in me["attachments"]]) == (
        "Claire",
        [structure],
    )
    assert (
        await service.call("POST", "/address-proofs", {"token": strange, "password": "autre chose enfin"})
    ).status_code == 410


async def test_a_stranger_does_not_rename_an_account_that_staff_made(service: IdentityService) -> None:
    structure = await service.structure()
    earlier = await service.register(CLAIRE, structure, first_name="Autre")
    made = await service.ask(
        "POST", "/accounts", {"first_name": "Nadia", "last_name": "Ferrand", "email": CLAIRE}, by=STAFF
    )
    await service.register(CLAIRE, structure, first_name="Autre")
    assert (await service.emitted("send_address_proof"))[-1]["first_name"] == "Nadia"
    await service.ask("POST", "/address-proofs", {"token": earlier, "password": PASSWORD})
    registered = (await service.emitted("account_registered"))[-1]["account"]
    assert (registered["id"], registered["first_name"], registered["version"]) == (made["id"], "Nadia", 2)


async def test_a_reset_sends_the_proof_again_to_whoever_never_followed_it(service: IdentityService) -> None:
    first = await service.register(CLAIRE, await service.structure())
    await service.ask("POST", "/password-resets", {"email": CLAIRE})
    assert await service.link(CLAIRE) != first
    await service.prove(CLAIRE)
    assert (await service.ask("GET", "/me", by=CLAIRE))["attachments"][0]["statuses"] == ["referent"]


async def test_a_reset_proves_the_address_of_an_account_that_staff_made(service: IdentityService) -> None:
    body = {"first_name": "Nadia", "last_name": "Ferrand", "email": CLAIRE, "is_staff": True}
    await service.ask("POST", "/accounts", body, by=STAFF)
    await service.ask("POST", "/password-resets", {"email": CLAIRE})
    token = await service.link(CLAIRE, "send_password_reset")
    before = len(await service.emitted())
    await service.ask("POST", "/password-resets/confirmation", {"token": token, "password": PASSWORD})
    assert await service.emitted_names(before) == ["account_registered"]
    await service.sign_in(CLAIRE)
    assert (await service.ask("GET", "/me", by=CLAIRE))["is_staff"] is True


async def test_nobody_can_have_an_address_flooded(service: IdentityService) -> None:
    structure = await service.structure()
    before = len(await service.emitted())
    for number in range(13):
        form = service.form(CLAIRE, structure)
        await service.ask("POST", "/registrations", form, X_Real_IP=f"203.0.{number}.1")
    assert len(await service.emitted()) - before == 10
    await service.execute("UPDATE budgets SET full_at = full_at - interval '6 minutes'")
    await service.ask("POST", "/registrations", service.form(CLAIRE, structure))
    assert len(await service.emitted()) - before == 11


BAD_PASSWORDS = (
    ("court", "8 à 128"),
    ("motdepasse", "trop courant"),
    ("dupuy-et-dupuy", "votre nom"),
    ("ma mission à moi", "« mission », un mot du nom de votre structure"),
    ("parcourspro et moi", "« parcours », un mot de l'agence"),
    ("Juillet-2026", "une saison ou d'un mois"),
)


async def test_a_bad_password_is_explained_in_french_and_the_link_still_works(service: IdentityService) -> None:
    token = await service.register(CLAIRE, await service.structure())
    for password, word in BAD_PASSWORDS:
        answer = await service.call("POST", "/address-proofs", {"token": token, "password": password})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "password"
        assert word in answer.json()["errors"][0]["message"]
    await service.ask("POST", "/address-proofs", {"token": token, "password": PASSWORD})


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"first_name": "  "}, "first_name", "trop court"),
    ({"last_name": "x" * 81}, "last_name", "dépasse 80"),
    ({"first_name": "a\nb"}, "first_name", "une seule ligne"),
    ({"first_name": "gagnez https://x.example"}, "first_name", "ne doit contenir que des lettres"),
    ({"email": "pas une adresse"}, "email", "adresse électronique"),
    ({"civility": "Dr"}, "civility", "valeurs possibles"),
    ({"structure_id": str(uuid4())}, "structure_id", "répertoriée"),
    ({"is_staff": True}, "is_staff", "pas attendu"),
    ({"structure_id": None}, "structure_id", "identifiant"),
]


async def test_each_wrong_field_has_its_sentence_and_nothing_is_written(service: IdentityService) -> None:
    structure, before = await service.structure(), len(await service.emitted())
    for changes, field, word in WRONG:
        answer = await service.call("POST", "/registrations", service.form(CLAIRE, structure) | changes)
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert word in answer.json()["errors"][0]["message"]
    every = await service.call("POST", "/registrations", {"structure_id": "x", "first_name": "", "email": "x"})
    assert {error["field"] for error in every.json()["errors"]} == {"structure_id", "first_name", "last_name", "email"}
    assert len(await service.emitted()) == before
    assert await service.rows("SELECT email FROM links") == []


async def test_the_same_key_registers_once(service: IdentityService) -> None:
    structure, before = await service.structure(), len(await service.emitted())
    form = service.form(CLAIRE, structure)
    both = await asyncio.gather(
        *(service.call("POST", "/registrations", form, Idempotency_Key="formulaire-1") for _ in range(2))
    )
    assert [answer.status_code for answer in both] == [202, 202]
    assert len(await service.emitted()) == before + 1
    other = await service.call("POST", "/registrations", form | {"first_name": "Anne"}, Idempotency_Key="formulaire-1")
    assert other.status_code == 422


async def test_a_disabled_account_can_neither_prove_nor_reset(service: IdentityService) -> None:
    made = await service.ask(
        "POST", "/accounts", {"first_name": "Nadia", "last_name": "Ferrand", "email": CLAIRE}, by=STAFF
    )
    token = await service.link(CLAIRE)
    await service.ask("PATCH", f"/accounts/{made['id']}", {"disabled": True}, by=STAFF, If_Match='"1"')
    before = len(await service.emitted())
    assert (await service.call("POST", "/address-proofs", {"token": token, "password": PASSWORD})).status_code == 410
    await service.ask("POST", "/password-resets", {"email": CLAIRE})
    assert await service.emitted_names(before) == []
