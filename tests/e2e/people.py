"""People in front of the system: each with what they know, and nothing but HTTP and their mails to act with."""

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
"""The longest that news may take from one service to another before a test calls it lost."""


class Unexpected(AssertionError):
    """An answer with another status than the one that was expected."""

    def __init__(self, answer: httpx.Response, expected: int) -> None:
        super().__init__(
            f"{answer.request.method} {answer.request.url} → {answer.status_code}, not {expected}: {answer.text[:1500]}"
        )


@dataclass
class Person:
    """Somebody with an address. Before `sign_in`: a visitor."""

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
        """« de Bruno Marchand », « d'Emma Lacoste »."""
        return f"d'{self.full_name}" if self.first_name[0] in "AEIOUÉÈÊ" else f"de {self.full_name}"

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call. Every POST has a key, as a front-end's has."""
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
        """One call with the status it must have; gives the body."""
        if if_match is not None:
            headers["If-Match"] = if_match
        answer = await self.send(method, path, body, **headers)
        if answer.status_code != expect:
            raise Unexpected(answer, expect)
        return answer.json() if answer.content else None

    async def get_json(self, path: str, *, expect: int = 200) -> Any:
        """Read something."""
        return await self.call("GET", path, expect=expect)

    async def call_until(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """The same call again and again until the news that it needs has travelled from another service."""
        answers: list[httpx.Response] = []

        async def heard() -> bool:
            answers[:] = [await self.send(method, path, body)]
            return answers[0].status_code == expect

        try:
            await eventually(heard, within=DELIVERY_SECONDS)
        except AssertionError as error:
            raise Unexpected(answers[0], expect) from error
        return answers[0].json() if answers[0].content else None

    async def get_until(self, path: str, is_so: Callable[[Any], bool]) -> Any:
        """Read something again and again until the news has come that make it so."""
        answers: list[Any] = []

        async def heard() -> bool:
            answers[:] = [await self.get_json(path)]
            return is_so(answers[0])

        try:
            await eventually(heard, within=DELIVERY_SECONDS)
        except AssertionError as error:
            text = f"GET {path} still gives {answers}"
            raise AssertionError(text) from error
        return answers[0]

    async def edit(self, method: str, path: str, body: Any, *, read: str | None = None, expect: int = 200) -> Any:
        """Change what has a version: read it, send its ETag back."""
        seen = await self.send("GET", read or path)
        if seen.status_code != httpx.codes.OK:
            raise Unexpected(seen, 200)
        tag = seen.headers.get("ETag") or f'"{seen.json()["version"]}"'
        return await self.call(method, path, body, expect=expect, if_match=tag)

    async def sign_in(self) -> None:
        """Address and password; from now on the calls carry the token."""
        body = {"email": self.email, "password": self.password}
        self.tokens = {}
        self.tokens = await self.call("POST", "identity/v1/tokens", body)
        self.id = (await self.get_json("identity/v1/me"))["id"]

    async def read_mail(self, subject: str) -> str:
        """Wait for a mail, read it once, give its text."""
        return (await self.mails.read(self.email, subject)).text

    async def reset_password(self) -> None:
        """Forgotten, or never chosen: the link of the mail sets a new one."""
        await self.mails.skip(self.email)
        await self.call("POST", "identity/v1/password-resets", {"email": self.email}, expect=202)
        mail = await self.mails.read(self.email, "Choisissez un nouveau mot de passe")
        body = {"token": mail.token("mot-de-passe"), "password": self.password}
        await self.call("POST", "identity/v1/password-resets/confirmation", body, expect=204)

    async def verify_address(self) -> None:
        """Follow the link of the mail, and choose a password."""
        mail = await self.mails.read(self.email, "Confirmez votre adresse")
        body = {"token": mail.token("adresse"), "password": self.password}
        await self.call("POST", "identity/v1/address-proofs", body, expect=204)


def siret() -> str:
    """Fourteen digits, random, the ninth and the last of which are the check digits of those before."""
    siren = _with_check_digit(f"{secrets.randbelow(10**8):08}")
    return _with_check_digit(f"{siren}{secrets.randbelow(10**4):04}")


def _with_check_digit(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
