"""The keys that sign access tokens: how they are made, published, rotated and loaded."""

import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from services.identity.domain.keys import current_key, expired_keys, next_signs_from
from services.identity.storage.keys import StoredKey
from services.identity.storage.transaction import Transaction
from shared.tokens.keys import StaticKeys
from shared.transactions import Begin

log = structlog.get_logger()

KNOWN_FOR_SECONDS: Final = 60.0
UNKNOWN_KEY_SECONDS: Final = 5.0


def make_key(signs_from: datetime, passphrase: bytes | None) -> StoredKey:
    """Make an Ed25519 pair."""
    private = Ed25519PrivateKey.generate()
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    kid = uuid4().hex
    x = base64.urlsafe_b64encode(public).decode().rstrip("=")
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": x, "kid": kid, "use": "sig", "alg": "EdDSA"}
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return StoredKey(kid=kid, jwk=jwk, private_key=pem, signs_from=signs_from)


class KeyRing:
    """Identity's own keys, kept in memory by each process.

    They are read again after a minute, or for a token with an unknown key.
    """

    def __init__(self, begin: Begin[Transaction], *, passphrase: str | None, every: timedelta) -> None:
        """`every`: how long a key signs before the next takes over."""
        self._begin = begin
        self._passphrase = passphrase.encode() if passphrase else None
        self._every = every
        self._keys: list[StoredKey] = []
        self._private: dict[str, Any] = {}
        self._public = StaticKeys([])
        self._read_at = float("-inf")

    async def rotate(self, now: datetime) -> None:
        """Make a key if one is due, and remove those whose last token has expired. Two processes at once make one."""
        async with self._begin() as tx:
            await tx.keys.lock()
            keys = [key.times for key in await tx.keys.all()]
            signs_from = next_signs_from(keys, now, every=self._every)
            if signs_from is not None:
                made = make_key(signs_from, self._passphrase)
                await tx.keys.add(made)
                log.info("signing key published", kid=made.kid, signs_from=signs_from.isoformat())
            if expired := expired_keys(keys, now):
                await tx.keys.remove(expired)
                log.info("signing keys removed", kids=expired)

    async def rotate_now(self) -> None:
        await self.rotate(datetime.now(UTC))

    async def signing_key(self, now: datetime) -> tuple[str, Any]:
        """The id and the private key that signs now; the first key is made when there is none."""
        await self._refresh(KNOWN_FOR_SECONDS)
        chosen = current_key([key.times for key in self._keys], now)
        if chosen is None:
            await self.rotate(now)
            await self._refresh(0)
            chosen = current_key([key.times for key in self._keys], now)
        if chosen is None:
            raise LookupError("no key signs yet")
        if chosen.kid not in self._private:
            stored = next(key for key in self._keys if key.kid == chosen.kid)
            self._private = {chosen.kid: load_pem_private_key(stored.private_key, self._passphrase)}
        return chosen.kid, self._private[chosen.kid]

    async def key(self, kid: str) -> Any:  # noqa: ANN401 - as in KeySource
        """The public key of an id, as KeySource asks for; None for an unknown id."""
        await self._refresh(KNOWN_FOR_SECONDS)
        public = await self._public.key(kid)
        if public is None:
            await self._refresh(UNKNOWN_KEY_SECONDS)
            public = await self._public.key(kid)
        return public

    async def published(self) -> list[dict[str, Any]]:
        """The members of the JWK set."""
        await self._refresh(UNKNOWN_KEY_SECONDS)
        return [key.jwk for key in self._keys]

    async def _refresh(self, older_than: float) -> None:
        if time.monotonic() - self._read_at < older_than:
            return
        async with self._begin() as tx:
            self._keys = list(await tx.keys.all())
        self._public = StaticKeys([key.jwk for key in self._keys])
        self._read_at = time.monotonic()
