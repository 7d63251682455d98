"""Who is signed in: the tokens, in an encrypted cookie that no script can read.

The browser keeps everything, so that any process can answer any request, and a restart signs nobody out.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from web.settings import Settings

DAYS: Final = 30
"""As long as identity keeps a sign-in session that is not used."""
DEVICE_DAYS: Final = 400
MESSAGE_AGE: Final = timedelta(minutes=5)


class Tokens(BaseModel):
    """What identity gave at the sign-in. `refresh_token` works once; `expires_at` is that of the access token."""

    access_token: str
    refresh_token: str
    expires_at: datetime


class Kept(BaseModel):
    """The content of the cookie. `secret` ties forms to this browser."""

    secret: str
    tokens: Tokens | None = None


@dataclass(slots=True)
class Session:
    """The session of one request. Whoever changes it sets `changed`, and the answer carries a new cookie.

    `message` is shown once, after a redirection. It has a cookie of its own: an answer that only shows or leaves one
    must not bring back tokens that the answer to another request has just replaced.
    """

    kept: Kept
    changed: bool = False
    device_token: str | None = None
    client: str = ""
    browser: str = ""
    message: str | None = None
    message_changed: bool = field(default=False, init=False)

    @property
    def tokens(self) -> Tokens | None:
        return self.kept.tokens

    def sign_in(self, tokens: Tokens) -> None:
        """Keep the tokens; forms that were open before the sign-in no longer work."""
        self.kept = Kept(secret=secrets.token_urlsafe(18), tokens=tokens)
        self.changed = True

    def renew(self, tokens: Tokens) -> None:
        self.kept.tokens = tokens
        self.changed = True

    def sign_out(self) -> None:
        self.kept = Kept(secret=secrets.token_urlsafe(18))
        self.changed = True

    def say(self, message: str) -> None:
        """Show a message on the next page."""
        self.message, self.message_changed = message, True

    def take_message(self) -> str | None:
        """The message of the action before this page; it is shown once."""
        message = self.message
        if message is not None:
            self.message, self.message_changed = None, True
        return message


class Sessions:
    """Reads and writes the cookies."""

    def __init__(self, settings: Settings) -> None:
        """The first of the settings' keys encrypts; the others are those of before."""
        self._fernet = MultiFernet([Fernet(_key(each)) for each in settings.cookie_keys.split(",")])
        self._secure = settings.is_secure
        prefix = "__Host-" if settings.is_secure else ""
        self._name, self._device, self._message = (f"{prefix}{name}" for name in ("session", "device", "message"))

    def load(self, request: Request) -> Session:
        """The session of the cookie; a new one if there is none, or if it is not ours or too old."""
        kept = self._read(request.cookies.get(self._name))
        # the gateway replaces whatever a visitor sends under this name
        client = request.headers.get("X-Real-IP") or (request.client.host if request.client else "")
        session = Session(kept or Kept(secret=secrets.token_urlsafe(18)), changed=kept is None, client=client)
        browser = request.headers.get("User-Agent", "")
        session.browser = browser if browser.isascii() else ""  # what else a header may contain, our calls cannot send
        session.device_token = self._decrypted(request.cookies.get(self._device), timedelta(days=DEVICE_DAYS))
        session.message = self._decrypted(request.cookies.get(self._message), MESSAGE_AGE)
        return session

    def save(self, session: Session, response: Response) -> None:
        """Put the cookies of what changed into the answer."""
        if session.changed:
            self._set(response, self._name, session.kept.model_dump_json(exclude_none=True), timedelta(days=DAYS))
        if session.message_changed and session.message is not None:
            self._set(response, self._message, session.message, MESSAGE_AGE)
        elif session.message_changed:
            response.delete_cookie(self._message, httponly=True, secure=self._secure, samesite="lax")

    def keep_device(self, response: Response, device_token: str) -> None:
        """Remember the device, so that attempts of strangers never delay its owner."""
        self._set(response, self._device, device_token, timedelta(days=DEVICE_DAYS))

    def seal(self, text: str) -> str:
        """Encrypt what a form has to carry from one step to the next."""
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str, *, seconds: int) -> str:
        """What `seal` encrypted; an empty text if it is too old or not ours."""
        try:
            return self._fernet.decrypt(sealed, ttl=seconds).decode()
        except InvalidToken:
            return ""

    def _set(self, response: Response, name: str, text: str, age: timedelta) -> None:
        response.set_cookie(
            name,
            self._fernet.encrypt(text.encode()).decode(),
            max_age=int(age.total_seconds()),
            httponly=True,
            secure=self._secure,
            samesite="lax",
        )

    def _read(self, cookie: str | None) -> Kept | None:
        text = self._decrypted(cookie, timedelta(days=DAYS))
        try:
            return Kept.model_validate_json(text) if text else None
        except ValidationError:  # written by another version of the pages
            return None

    def _decrypted(self, cookie: str | None, age: timedelta) -> str | None:
        if not cookie:
            return None
        try:
            return self._fernet.decrypt(cookie, ttl=int(age.total_seconds())).decode()
        except InvalidToken:
            return None


def tokens_from(answer: Any, now: datetime) -> Tokens:  # noqa: ANN401 - the JSON of an answer
    """The tokens in an answer of identity."""
    return Tokens(
        access_token=answer.access_token,
        refresh_token=answer.refresh_token,
        expires_at=now + timedelta(seconds=answer.expires_in),
    )


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(secret.strip().encode()).digest())
