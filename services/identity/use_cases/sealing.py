"""Encrypts secrets that the service must read again, with the passphrase that also encrypts its private keys."""

import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

_PLAIN, _SEALED = b"\x00", b"\x01"
_NONCE_BYTES = 12
_SALT = b"parcourspro, secrets of second factors"


class Seal:
    """Seals secrets. Without a passphrase they are kept as they are, like the private keys."""

    def __init__(self, passphrase: str | None) -> None:
        """The key is derived once, because that is meant to be slow."""
        key = passphrase and Scrypt(salt=_SALT, length=32, n=2**14, r=8, p=1).derive(passphrase.encode())
        self._cipher = AESGCM(key) if key else None

    def closed(self, secret: bytes, *, owner: UUID) -> bytes:
        """The sealed secret can only be opened again for the same owner."""
        if self._cipher is None:
            return _PLAIN + secret
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _SEALED + nonce + self._cipher.encrypt(nonce, secret, owner.bytes)

    def opened(self, sealed: bytes, *, owner: UUID) -> bytes:
        """Raises LookupError if the secret was sealed and the service has no passphrase any more."""
        kind, rest = sealed[:1], sealed[1:]
        if kind == _PLAIN:
            return rest
        if self._cipher is None:
            raise LookupError("the secrets of second factors are encrypted: set the key passphrase")
        return self._cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], owner.bytes)
