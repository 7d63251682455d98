"""Hash a password, make a key with a passphrase, sign with it, verify, and seal a secret."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.identity.use_cases.keys import make_key
from services.identity.use_cases.passwords import Passwords
from services.identity.use_cases.sealing import Seal


async def password() -> bool:
    passwords = Passwords(at_once=1)
    stored = await passwords.hash("le chat dort", passwords.resets)
    return await passwords.matches("le chat dort", stored) and not await passwords.matches("le chat", stored)


key = make_key(datetime.now(UTC), b"secret")
private = load_pem_private_key(key.private_key, b"secret")
assert isinstance(private, Ed25519PrivateKey)
token = jwt.encode({"sub": "lou"}, private, algorithm="EdDSA")
assert jwt.decode(token, jwt.PyJWK(dict(key.jwk)).key, algorithms=["EdDSA"]) == {"sub": "lou"}
seal = Seal("secret")
assert seal.opened(seal.closed(b"bread", owner=UUID(int=1)), owner=UUID(int=1)) == b"bread"
assert asyncio.run(password())
print("{}")  # noqa: T201 - a program
