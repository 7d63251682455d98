"""From the form to the signed-in person."""

from shared.http.keys import StaticKeys
from shared.http.tokens import TokenVerifier
from tests.integration.identity.town import Town


async def test_the_first_user_of_a_structure_registers_proves_signs_in_and_is_its_referent(town: Town) -> None:
    structure = await town.structure()
    before = len(await town.said())
    await town.joins("claire@ml.example", structure)
    assert await town.names_said(before) == ["send_address_proof", "account_registered", "account_attachment_confirmed"]
    confirmed = (await town.said("account_attachment_confirmed"))[0]
    assert confirmed["confirmed_by"] is None
    assert confirmed["attachment"]["statuses"] == ["referent"]
    me = await town.does("GET", "/me", who="claire@ml.example")
    assert (me["first_name"], me["is_staff"], me["version"]) == ("Claire", False, 1)
    assert me["attachments"][0]["state"] == "active"
    assert me["attachments"][0]["structure"]["town"] == "Limoges"


async def test_a_token_of_identity_is_accepted_by_every_service(town: Town) -> None:
    keys = (await town.does("GET", "/jwks.json"))["keys"]
    verifier = TokenVerifier(StaticKeys(keys), issuer="parcourspro", audience="parcourspro")
    pair = await town.signs_in("alix@agence.example")
    claims = await verifier.verify(pair["access_token"])
    assert str(claims.sub) == (await town.does("GET", "/me", who="alix@agence.example"))["id"]
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 600)
