"""The people who use the system: each acts through HTTP only and reads their own mails."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from stdnum import luhn

from tests.support.eventually import eventually
from tests.support.mail import MailReader

DELIVERY_SECONDS = 30
"""If an event has had no effect in another service after this time, the test fails."""


class Unexpected(AssertionError):
    """An answer had another status than the expected one."""

    def __init__(self, answer: httpx.Response, expected: int) -> None:
        super().__init__(
            f"{answer.request.method} {answer.request.url} → {answer.status_code}, not {expected}: {answer.text[:1500]}"
        )


@dataclass
class Person:
    """A person with an e-mail address; a visitor until `sign_in`."""

    http: httpx.AsyncClient
    mails: MailReader
    first_name: str
    last_name: str
    email: str
    password: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)
    id: str = ""
    tokens: dict[str, str] = field(default_factory=dict, repr=False)
    attachment_id: str = ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def of(self) -> str:
        """The name in a French genitive: « de Bruno Marchand », « d'Emma Lacoste »."""
        return f"d'{self.full_name}" if self.first_name[0] in "AEIOUÉÈÊ" else f"de {self.full_name}"

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Make an HTTP call. Every POST has an idempotency key, as those of a front-end have."""
        if self.tokens:
            headers["Authorization"] = f"Bearer {self.tokens['access_token']}"
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(uuid4()))
        return await self.http.request(method, f"/api/{path}", json=body, headers=headers)

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expect: int = 200,
        if_match: str | None = None,
        **headers: str,
    ) -> Any:
        """Make an HTTP call, require the expected status, and return the body."""
        if if_match is not None:
            headers["If-Match"] = if_match
        answer = await self.send(method, path, body, **headers)
        if answer.status_code != expect:
            raise Unexpected(answer, expect)
        return answer.json() if answer.content else None

    async def get_json(self, path: str, *, expect: int = 200) -> Any:
        """Make a GET call and return the body."""
        return await self.call("GET", path, expect=expect)

    async def call_until(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """Repeat the call until it has the expected status: events from another service may still be on their way."""
        answers: list[httpx.Response] = []

        async def has_expected_status() -> bool:
            answers[:] = [await self.send(method, path, body)]
            return answers[0].status_code == expect

        try:
            await eventually(has_expected_status, within=DELIVERY_SECONDS)
        except AssertionError as error:
            raise Unexpected(answers[0], expect) from error
        return answers[0].json() if answers[0].content else None

    async def get_until(self, path: str, is_so: Callable[[Any], bool]) -> Any:
        """Repeat a GET call until `is_so` accepts the body: events from another service may still be on their way."""
        answers: list[Any] = []

        async def is_accepted() -> bool:
            answers[:] = [await self.get_json(path)]
            return is_so(answers[0])

        try:
            await eventually(is_accepted, within=DELIVERY_SECONDS)
        except AssertionError as error:
            text = f"GET {path} still gives {answers}"
            raise AssertionError(text) from error
        return answers[0]

    async def edit(self, method: str, path: str, body: Any, *, read: str | None = None, expect: int = 200) -> Any:
        """Change an object that has a version: read it, then send its ETag back."""
        current = await self.send("GET", read or path)
        if current.status_code != httpx.codes.OK:
            raise Unexpected(current, 200)
        tag = current.headers.get("ETag") or f'"{current.json()["version"]}"'
        return await self.call(method, path, body, expect=expect, if_match=tag)

    async def sign_in(self) -> None:
        """Sign in with address and password; later calls carry the access token."""
        body = {"email": self.email, "password": self.password}
        self.tokens = {}
        self.tokens = await self.call("POST", "identity/v1/tokens", body)
        self.id = (await self.get_json("identity/v1/me"))["id"]

    async def read_mail(self, subject: str) -> str:
        """Wait for a mail that was not read yet; return its text."""
        return (await self.mails.read(self.email, subject)).text

    async def reset_password(self) -> None:
        """Set a new password with the link of a mail, whether the old one was forgotten or never chosen."""
        await self.mails.skip(self.email)
        await self.call("POST", "identity/v1/password-resets", {"email": self.email}, expect=202)
        mail = await self.mails.read(self.email, "Choisissez un nouveau mot de passe")
        body = {"token": mail.token("mot-de-passe"), "password": self.password}
        await self.call("POST", "identity/v1/password-resets/confirmation", body, expect=204)

    async def verify_address(self, *, invited: bool = False) -> None:
        """Follow the link of the mail and choose a password. `invited`: staff made the account."""
        subject = "vous a créé un compte" if invited else "Confirmez votre adresse"
        mail = await self.mails.read(self.email, subject)
        body = {"token": mail.token("adresse"), "password": self.password}
        await self.call("POST", "identity/v1/address-proofs", body, expect=204)


def siret() -> str:
    """A random SIRET: fourteen digits, where the ninth and the last are check digits of the digits before them."""
    siren = _with_check_digit(f"{secrets.randbelow(10**8):08}")
    return _with_check_digit(f"{siren}{secrets.randbelow(10**4):04}")


def _with_check_digit(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
