"""Fixtures: the small service, its HTTP client, and a function that signs tokens."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from jwt.algorithms import OKPAlgorithm

from shared.database import Database
from shared.tokens.keys import StaticKeys
from shared.tokens.verifier import TokenVerifier
from tests.conftest import MakeDatabase
from tests.integration.http.small_service import application

Sign = Callable[..., str]
ISSUER, AUDIENCE, KID = "https://issuer.example", "https://audience.example", "key-1"


@pytest.fixture(scope="session")
def private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def jwk_of(key: Ed25519PrivateKey, kid: str = KID) -> dict[str, Any]:
    return {**json.loads(OKPAlgorithm.to_jwk(key.public_key())), "kid": kid}


@pytest.fixture
def sign(private_key: Ed25519PrivateKey) -> Sign:
    """Sign a token that is valid except for the arguments: other claims, one missing, other header fields or key."""

    def make(
        *,
        header: dict[str, Any] | None = None,
        without: str = "",
        key: Any = private_key,
        algorithm: str = "EdDSA",
        **claims: Any,
    ) -> str:
        now = datetime.now(UTC)
        valid = {
            "sub": str(uuid4()), "iss": ISSUER, "aud": AUDIENCE, "jti": str(uuid4()),
            "iat": now, "nbf": now, "exp": now + timedelta(minutes=10),
        }  # fmt: skip
        chosen = {name: value for name, value in {**valid, **claims}.items() if name != without}
        return jwt.encode(chosen, key, algorithm=algorithm, headers={"typ": "at+jwt", "kid": KID, **(header or {})})

    return make


@pytest.fixture
async def database(make_database: MakeDatabase) -> Database:
    return await make_database("mechanisms")


@pytest.fixture
def app(database: Database, private_key: Ed25519PrivateKey) -> FastAPI:
    verifier = TokenVerifier(StaticKeys([jwk_of(private_key)]), issuer=ISSUER, audience=AUDIENCE)
    return application(database, verifier)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://small") as connected:
        yield connected
