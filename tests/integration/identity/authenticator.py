"""An authenticator app, written from RFC 6238 without the library that the service uses."""

import base64
import hashlib
import hmac
import struct
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tests.integration.identity.identity_service import PASSWORD, STAFF, IdentityService


def code_at(secret: str, moment: datetime) -> str:
    """The six digits that the app shows at a moment."""
    return code_of(base64.b32decode(secret), int(moment.timestamp()))


def code_of(key: bytes, seconds: int) -> str:
    digest = hmac.new(key, struct.pack(">Q", seconds // 30), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def require_factor(service: IdentityService) -> None:
    """From now on, staff must sign in with a second factor."""
    service.signing_in = replace(service.signing_in, staff_need_factor=True)


async def enrolled(service: IdentityService, email: str = STAFF) -> tuple[str, list[str]]:
    """Enrol the person, who has signed in; the secret and the recovery codes.

    It uses the code of the period before, which is accepted too, so that the present one is still to be used.
    """
    secret = (await service.ask("POST", "/me/second-factor", by=email))["secret"]
    body = {"code": code_at(secret, service.now - timedelta(seconds=30))}
    codes = (await service.ask("POST", "/me/second-factor/confirmation", body, by=email))["recovery_codes"]
    return secret, codes


async def refresh(service: IdentityService, email: str = STAFF) -> None:
    """Exchange the person's refresh token."""
    body = {"refresh_token": service.tokens[email]["refresh_token"]}
    service.tokens[email] = await service.ask("POST", "/tokens/refresh", body)


async def signs_in(service: IdentityService, code: str | None, email: str = STAFF, **headers: str) -> Any:
    """The answer to the right password with a code."""
    body = {"email": email, "password": PASSWORD} | ({"code": code} if code else {})
    return await service.call("POST", "/tokens", body, **headers)
