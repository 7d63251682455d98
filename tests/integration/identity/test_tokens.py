"""Access tokens: what is accepted, what is not, and the keys behind them."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.identity.domain.keys import KEPT_AFTER, PUBLISHED_AHEAD
from services.identity.use_cases.keys import KeyRing
from shared.tokens.keys import StaticKeys
from shared.tokens.verifier import TokenVerifier
from tests.integration.identity.identity_service import STAFF, IdentityService

MONTH = timedelta(days=30)


async def test_a_token_of_identity_is_accepted_by_every_service(service: IdentityService) -> None:
    keys = (await service.ask("GET", "/jwks.json"))["keys"]
    verifier = TokenVerifier(StaticKeys(keys), issuer="parcourspro", audience="parcourspro")
    pair = await service.sign_in(STAFF)
    claims = await verifier.verify(pair["access_token"])
    assert str(claims.sub) == (await service.ask("GET", "/me", by=STAFF))["id"]
    assert (pair["token_type"], pair["expires_in"]) == ("Bearer", 600)
    header = jwt.get_unverified_header(pair["access_token"])
    assert (header["alg"], header["typ"]) == ("EdDSA", "at+jwt")
    assert set(jwt.decode(pair["access_token"], options={"verify_signature": False})) == {
        "iss",
        "aud",
        "sub",
        "jti",
        "iat",
        "nbf",
        "exp",
        "sid",
        "acr",
    }


async def test_published_keys_have_no_private_half(service: IdentityService) -> None:
    keys = (await service.ask("GET", "/jwks.json"))["keys"]
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "kid", "use", "alg"}]


async def signed(service: IdentityService, **changes: Any) -> dict[str, Any]:
    """Claims and headers of a good token, with some changes. `key` signs; `alg`, `typ` and `kid` make the header."""
    kid, key = await service.signing_in.keys.signing_key(service.now)
    subject = jwt.decode(service.tokens[STAFF]["access_token"], options={"verify_signature": False})["sub"]
    now = datetime.now(UTC)
    claims = {"iss": "parcourspro", "aud": "parcourspro", "sub": subject, "jti": str(uuid4()), "iat": now, "nbf": now}
    made = {
        "key": key,
        "alg": "EdDSA",
        "typ": "at+jwt",
        "kid": kid,
        "acr": "staff",
        **claims,
        "exp": now + timedelta(minutes=10),
    }
    return {**made, **changes}


def encoded(parts: dict[str, Any]) -> str:
    header = {name: parts.pop(name) for name in ("alg", "typ", "kid")}
    key = parts.pop("key")
    claims = {name: value for name, value in parts.items() if value is not None}
    return jwt.encode(claims, key, algorithm=header.pop("alg"), headers=header)


async def test_the_forger_can_make_a_good_token_when_nothing_is_changed(service: IdentityService) -> None:
    service.tokens["forger"] = {"access_token": encoded(await signed(service))}
    assert (await service.call("GET", "/me", by="forger")).status_code == 200


PAST = datetime(2026, 1, 1, tzinfo=UTC)
FORGERIES: dict[str, Callable[[], dict[str, Any]]] = {
    "another key under our id": lambda: {"key": Ed25519PrivateKey.generate()},
    "an unknown key": lambda: {"key": Ed25519PrivateKey.generate(), "kid": "mine"},
    "no signature": lambda: {"key": None, "alg": "none"},
    "a shared secret": lambda: {"key": "x" * 64, "alg": "HS256"},
    "another type": lambda: {"typ": "JWT"},
    "another issuer": lambda: {"iss": "elsewhere"},
    "another audience": lambda: {"aud": "elsewhere"},
    "expired": lambda: {"exp": PAST},
    "not yet": lambda: {"nbf": datetime.now(UTC) + timedelta(hours=1)},
    "without an end": lambda: {"exp": None},
    "without an id": lambda: {"jti": None},
    "of nobody": lambda: {"sub": str(uuid4())},
    "of no uuid": lambda: {"sub": "admin"},
}


async def test_a_forged_token_opens_nothing(service: IdentityService) -> None:
    for forgery, changes in FORGERIES.items():
        service.tokens["forger"] = {"access_token": encoded(await signed(service, **changes()))}
        answer = await service.call("GET", "/me", by="forger")
        assert answer.status_code == 401, forgery
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_the_public_key_as_a_shared_secret_opens_nothing(service: IdentityService) -> None:
    parts = await signed(service)
    secret = parts["key"].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content, default=str).encode()).decode().rstrip("=")

    header, claims = {"alg": "HS256", "typ": "at+jwt", "kid": parts["kid"]}, {"sub": parts["sub"]}
    signature = jwt.get_algorithm_by_name("HS256").sign(f"{part(header)}.{part(claims)}".encode(), secret)
    forged = f"{part(header)}.{part(claims)}." + base64.urlsafe_b64encode(signature).decode().rstrip("=")
    assert (await service.call("GET", "/me", Authorization=f"Bearer {forged}")).status_code == 401


async def test_a_changed_token_opens_nothing(service: IdentityService) -> None:
    head, body, signature = service.tokens[STAFF]["access_token"].split(".")
    for changed in (
        f"{head}.{body}.",
        f"{head}.{body}x.{signature}",
        f"{head}.{body}.{signature[:-4]}AAAA",
        "x",
        "x.y.z",
    ):
        assert (await service.call("GET", "/me", Authorization=f"Bearer {changed}")).status_code == 401


def ring(service: IdentityService, passphrase: str | None = None) -> KeyRing:
    return KeyRing(service.signing_in.begin, passphrase=passphrase, every=MONTH)


async def test_a_new_key_is_published_before_it_signs_and_the_old_one_stays_while_its_tokens_live(
    service: IdentityService,
) -> None:
    start = service.now
    old, _ = await ring(service).signing_key(start)
    await ring(service).rotate(start + timedelta(days=29))
    assert [key["kid"] for key in await ring(service).published()] == [old]
    turn = start + MONTH - PUBLISHED_AHEAD
    await ring(service).rotate(turn)
    await ring(service).rotate(turn)
    both = [key["kid"] for key in await ring(service).published()]
    assert (len(both), both[0]) == (2, old)
    assert (await ring(service).signing_key(turn))[0] == old
    assert (await ring(service).signing_key(turn + PUBLISHED_AHEAD))[0] == both[1]
    await ring(service).rotate(turn + PUBLISHED_AHEAD + KEPT_AFTER - timedelta(seconds=1))
    assert [key["kid"] for key in await ring(service).published()] == both
    await ring(service).rotate(turn + PUBLISHED_AHEAD + KEPT_AFTER)
    assert [key["kid"] for key in await ring(service).published()] == both[1:]


async def test_private_keys_are_encrypted_when_there_is_a_passphrase(service: IdentityService) -> None:
    async with service.database.transaction() as work:
        await work.connection.exec_driver_sql("DELETE FROM signing_keys")
    kid, key = await ring(service, "sésame").signing_key(service.now)
    stored = bytes((await service.rows("SELECT private_key FROM signing_keys"))[0].private_key)
    assert stored.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    again = await ring(service, "sésame").signing_key(service.now)
    assert (again[0], again[1].private_bytes_raw()) == (kid, key.private_bytes_raw())
