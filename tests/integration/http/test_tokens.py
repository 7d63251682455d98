"""A token is valid only with our issuer, audience, type and algorithm, in its time, signed with a published key."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from shared.database import Database
from shared.tokens import keys, verifier
from shared.tokens.keys import HttpKeys, StaticKeys
from shared.tokens.verifier import InvalidToken, TokenVerifier
from tests.integration.http.conftest import AUDIENCE, ISSUER, Sign, jwk_of
from tests.integration.http.small_service import BASE
from tests.integration.http.test_problems import is_problem

SOON = timedelta(minutes=1)


async def _me(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get(f"{BASE}/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_valid_token_identifies_the_account(client: httpx.AsyncClient, sign: Sign) -> None:
    account = str(uuid4())
    assert (await _me(client, sign(sub=account))).json() == {"id": account}


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://other.example"},
        {"aud": "https://other.example"},
        {"exp": -SOON},
        {"nbf": SOON, "exp": 2 * SOON},
        {"iat": timedelta(hours=1)},
        {"sub": "claire"},
        {"header": {"kid": "key-2"}},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": None}},
        {"key": Ed25519PrivateKey.generate()},
        {"key": None, "algorithm": "none"},
        *({"without": claim} for claim in ("exp", "iat", "nbf", "iss", "aud", "sub", "jti")),
    ],
    ids=lambda wrong: "-".join(
        f"{name}-{value}" if name in {"without", "header"} else name for name, value in wrong.items()
    ),
)
async def test_a_token_with_one_wrong_property_is_refused(
    client: httpx.AsyncClient, sign: Sign, wrong: dict[str, Any]
) -> None:
    # times are relative to the start of this test: if they were relative to the collection of the tests, the token
    # that is not valid yet would become valid after a minute
    claims = {name: _now() + value if isinstance(value, timedelta) else value for name, value in wrong.items()}
    answer = await _me(client, sign(**claims))
    is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["HS256", "EdDSA"])
@pytest.mark.parametrize("form", ["pem", "raw"])
async def test_a_token_signed_with_the_public_key_as_secret_is_refused(
    client: httpx.AsyncClient, sign: Sign, private_key: Ed25519PrivateKey, algorithm: str, form: str
) -> None:
    public = private_key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = pem if form == "pem" else public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = sign().split(".")[1]
    signed = f"{_part({'alg': algorithm, 'typ': 'at+jwt', 'kid': 'key-1'})}.{claims}"
    signature = (
        base64.urlsafe_b64encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest()).decode().rstrip("=")
    )
    is_problem(await _me(client, f"{signed}.{signature}"), 401, "unauthenticated")


async def test_a_key_inside_the_token_is_not_used(client: httpx.AsyncClient, sign: Sign) -> None:
    own = Ed25519PrivateKey.generate()
    token = sign(key=own, header={"jwk": jwk_of(own), "jku": "https://other.example/jwks.json", "kid": "own"})
    is_problem(await _me(client, token), 401, "unauthenticated")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "." * 5])
async def test_a_malformed_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get(f"{BASE}/me", headers={b"Authorization": b"Bearer " + token.encode()})
    is_problem(answer, 401, "unauthenticated")


async def test_without_a_token_the_challenge_is_bearer(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{BASE}/me")
    is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_invalid_token_is_refused_even_where_visitors_have_access(
    client: httpx.AsyncClient, sign: Sign
) -> None:
    headers = {"Authorization": f"Bearer {sign(exp=_now() - SOON)}"}
    is_problem(await client.post(f"{BASE}/things", json={"name": "x"}, headers=headers), 401, "unauthenticated")


class Publisher:
    """Answers at the address of the keys; with `published` None the connection fails."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.published: Any = None
        self.calls = 0
        real = httpx.AsyncClient

        def client(**options: Any) -> httpx.AsyncClient:
            return real(transport=httpx.MockTransport(self._answer), **options)

        monkeypatch.setattr(httpx, "AsyncClient", client)

    async def _answer(self, _: httpx.Request) -> httpx.Response:
        self.calls += 1
        await asyncio.sleep(0.05)
        if self.published is None:
            raise httpx.ConnectError("no server")
        return httpx.Response(200, json=self.published)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Publisher:
    return Publisher(monkeypatch)


@pytest.fixture
def passing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that moves the key source's clock forward."""
    elapsed = 0.0

    class Clock:
        @staticmethod
        def monotonic() -> float:
            return elapsed

    def let_pass(seconds: float) -> None:
        nonlocal elapsed
        elapsed += seconds

    monkeypatch.setattr(keys, "time", Clock)
    return let_pass


def _jwks(*kids: str) -> dict[str, Any]:
    return {"keys": [jwk_of(Ed25519PrivateKey.generate(), kid) for kid in kids]}


async def test_concurrent_requests_fetch_the_keys_once(database: Database, publisher: Publisher) -> None:
    publisher.published = _jwks("a")
    source = HttpKeys("http://identity/jwks.json", database)
    found_keys = await asyncio.gather(*(source.key("a") for _ in range(20)))
    assert None not in found_keys
    assert publisher.calls == 1


async def test_keys_rotate_and_a_removed_key_stays_removed(
    database: Database, publisher: Publisher, passing: Any
) -> None:
    source = HttpKeys("http://identity/jwks.json", database)
    publisher.published = _jwks("a")
    assert await source.key("a") is not None
    publisher.published = _jwks("b")
    assert await source.key("b") is None, "an unknown id is not fetched again at once"
    passing(keys.UNKNOWN_KEY_SECONDS + 1)
    assert await source.key("b") is not None
    assert await source.key("a") is None

    publisher.published = None
    after_a_restart = HttpKeys("http://identity/jwks.json", database)
    assert await after_a_restart.key("b") is not None, "identity is down: the last good set is kept"
    assert await after_a_restart.key("a") is None


async def test_while_identity_is_unreachable_the_known_keys_stay_and_the_fetch_is_retried(
    database: Database, publisher: Publisher, passing: Any
) -> None:
    source = HttpKeys("http://identity/jwks.json", database)
    assert await source.key("a") is None
    publisher.published = _jwks("a")
    passing(keys.FAILED_SECONDS + 1)
    assert await source.key("a") is not None
    publisher.published = None
    passing(keys.REFRESH_SECONDS + 1)
    assert await source.key("a") is not None


@pytest.mark.parametrize(
    "published", [{}, [], {"keys": [{"kty": "OKP", "kid": "a", "crv": "no such", "x": "AA"}]}, {"keys": None}]
)
async def test_an_invalid_key_set_changes_nothing(database: Database, publisher: Publisher, published: Any) -> None:
    publisher.published = published
    assert await HttpKeys("http://identity/jwks.json", database).key("a") is None


async def test_keys_of_other_types_are_ignored(database: Database, publisher: Publisher) -> None:
    publisher.published = {"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}, {"kty": "OKP"}, *_jwks("b")["keys"]]}
    source = HttpKeys("http://identity/jwks.json", database)
    assert await source.key("a") is None
    assert await source.key("b") is not None


async def test_the_verifier_reads_the_same_claims_as_the_library(
    app: FastAPI, sign: Sign, private_key: Ed25519PrivateKey
) -> None:
    token = sign()
    theirs = jwt.decode(token, private_key.public_key(), algorithms=["EdDSA"], audience="https://audience.example")
    ours = await app.state.verifier.verify(token)
    assert (str(ours.sub), ours.jti, int(ours.exp.timestamp())) == (theirs["sub"], theirs["jti"], theirs["exp"])


class _ReplaceableKeys:
    """A key set that a test can replace."""

    def __init__(self, *jwks: dict[str, Any]) -> None:
        self.keys = StaticKeys(jwks)

    async def key(self, kid: str) -> Any:
        return await self.keys.key(kid)


async def test_a_verified_token_is_cached_until_it_expires(
    sign: Sign, private_key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    decode = jwt.decode

    def counted(token: str, *given: Any, **named: Any) -> Any:
        checked.append(token)
        return decode(token, *given, **named)

    monkeypatch.setattr(jwt, "decode", counted)
    tokens = TokenVerifier(StaticKeys([jwk_of(private_key)]), issuer=ISSUER, audience=AUDIENCE)
    token = sign(exp=_now() + timedelta(seconds=2))
    first = await tokens.verify(token)
    assert await tokens.verify(token) == first
    assert checked == [token]

    class Later:
        @staticmethod
        def time() -> float:
            return first.exp.timestamp()

    monkeypatch.setattr(verifier, "time", Later)
    monkeypatch.setattr(jwt, "decode", refused := _Refusing(jwt.ExpiredSignatureError))
    with pytest.raises(InvalidToken):
        await tokens.verify(token)
    assert refused.calls == 1, "an expired token is verified again, not taken from the cache"


class _Refusing:
    def __init__(self, error: type[Exception]) -> None:
        self.error, self.calls = error, 0

    def __call__(self, *_: Any, **__: Any) -> Any:
        self.calls += 1
        raise self.error


async def test_the_verified_tokens_of_a_removed_key_are_refused(sign: Sign, private_key: Ed25519PrivateKey) -> None:
    current = _ReplaceableKeys(jwk_of(private_key))
    tokens = TokenVerifier(current, issuer=ISSUER, audience=AUDIENCE)
    token = sign()
    await tokens.verify(token)
    current.keys = StaticKeys([jwk_of(Ed25519PrivateKey.generate())])
    with pytest.raises(InvalidToken):
        await tokens.verify(token)


async def test_the_number_of_cached_tokens_is_bounded(sign: Sign, private_key: Ed25519PrivateKey) -> None:
    tokens = TokenVerifier(StaticKeys([jwk_of(private_key)]), issuer=ISSUER, audience=AUDIENCE, most_remembered=2)
    for _ in range(5):
        await tokens.verify(sign())
    assert len(tokens._verified) == 2
