"""Calls of the gateway on behalf of the reader: with their tokens, a time limit, and one retry of reads."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final, TypeVar

import httpx
from pydantic import ValidationError

from shared import tracing
from web.client.calls import Answer_co, Call
from web.client.errors import Away, Problem, Refused, SignInNeeded
from web.client.identity import REFRESH
from web.session import Session, Tokens, tokens_from

EARLY: Final = timedelta(seconds=30)
"""An access token is renewed this long before it expires, so that it does not expire on the way."""
MOST_LOCKS: Final = 1_000
_AWAY: Final = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_JSON: Final = {"Content-Type": "application/json"}

Part = TypeVar("Part")


class Gateway:
    """The connections to the gateway, which all requests of the process share.

    Without httpx's client: it keeps cookies and follows authentications and redirections, of which the API has none,
    and that cost a fifth of the processor time of a call.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, *, url: str, seconds: float) -> None:
        """`url` is the gateway's address; one call may take so many seconds."""
        self._transport, self._url = transport, url.rstrip("/")
        self._limits = {"timeout": httpx.Timeout(seconds).as_dict()}
        self._renewing: OrderedDict[str, asyncio.Lock] = OrderedDict()

    async def send(
        self,
        call: Call[Answer_co],
        url: str,
        *,
        client: str,
        browser: str,
        token: str | None,
        query: Mapping[str, Any],
        body: object,
        headers: Mapping[str, str],
    ) -> Answer_co:
        """Send one call. Raises Refused, SignInNeeded and Away. A read that gets no answer is tried once more.

        `client` and `browser` are the reader's: identity limits attempts by the one, and shows people the other.
        """
        sent = {**headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        if client:
            sent["X-Forwarded-For"] = client
        if browser:
            sent["User-Agent"] = browser
        if traceparent := tracing.carried():
            sent["traceparent"] = traceparent
        request = httpx.Request(
            call.method,
            self._url + url,
            params={key: value for key, value in query.items() if value is not None} or None,
            json=body,
            headers=sent,
            extensions=self._limits,
        )
        answer = await self._answer(request, call.service, tries=2 if call.method == "GET" else 1)
        if answer.is_success:
            try:
                return call.read(answer.content)
            except ValidationError as error:  # a service of a version that these pages do not know
                raise Away(call.service) from error
        if answer.status_code == HTTPStatus.UNAUTHORIZED and token:
            raise SignInNeeded
        raise Refused(_problem(answer), answer.headers)

    async def _answer(self, request: httpx.Request, service: str, *, tries: int) -> httpx.Response:
        for left in reversed(range(tries)):
            try:
                answer = await self._transport.handle_async_request(request)
                try:
                    await answer.aread()
                finally:  # a reading that was given up must give its connection back
                    await answer.aclose()
            except httpx.HTTPError as error:
                if not left:
                    raise Away(service) from error
                continue
            if answer.status_code not in _AWAY:
                return answer
        raise Away(service)

    async def renew(self, session: Session, tokens: Tokens) -> Tokens:
        """Get the next pair of tokens. Requests at once with the same pair wait for the first one's answer.

        Raises SignInNeeded if the sign-in session has ended, and Away if identity cannot tell.
        """
        lock = self._renewing.setdefault(tokens.refresh_token, asyncio.Lock())
        async with lock:
            if session.tokens is not None and session.tokens != tokens:
                return session.tokens
            try:
                answer = await self.send(
                    REFRESH,
                    REFRESH.url(),
                    client=session.client,
                    browser=session.browser,
                    token=None,
                    query={},
                    body={"refresh_token": tokens.refresh_token},
                    headers={},
                )
            except Refused as error:
                if error.problem.status != HTTPStatus.UNAUTHORIZED:  # too many at once, or identity failed
                    raise Away(REFRESH.service) from error
                session.sign_out()
                raise SignInNeeded from error
            session.renew(tokens_from(answer, datetime.now(UTC)))
        while len(self._renewing) > MOST_LOCKS:
            self._renewing.popitem(last=False)
        return session.tokens or tokens


class Api:
    """The calls of one request of a reader."""

    def __init__(self, gateway: Gateway, session: Session) -> None:
        """`session` gives the tokens, and gets new ones when they are renewed."""
        self._gateway, self._session = gateway, session

    @property
    def is_signed_in(self) -> bool:
        return self._session.tokens is not None

    async def __call__(
        self,
        call: Call[Answer_co],
        *,
        query: Mapping[str, Any] | None = None,
        body: object = None,
        key: str | None = None,
        version: int | None = None,
        **path: object,
    ) -> Answer_co:
        """Make one call as the reader.

        `key` makes a repeated post harmless; `version` is that of the object which the reader saw and changes. Raises
        Refused, SignInNeeded and Away.
        """
        headers = {
            **({"Idempotency-Key": key} if key else {}),
            **({"If-Match": f'"{version}"'} if version is not None else {}),
        }
        return await self._gateway.send(
            call,
            call.url(**path),
            client=self._session.client,
            browser=self._session.browser,
            token=await self._token(),
            query=query or {},
            body=body,
            headers=headers,
        )

    async def _token(self) -> str | None:
        tokens = self._session.tokens
        if tokens is None:
            return None
        if tokens.expires_at - EARLY <= datetime.now(UTC):
            tokens = await self._gateway.renew(self._session, tokens)
        return tokens.access_token


async def or_none(part: Awaitable[Part]) -> Part | None:
    """A part of a page that may be missing: None if its service is away."""
    try:
        return await part
    except Away:
        return None


def _problem(answer: httpx.Response) -> Problem:
    try:
        return Problem.model_validate_json(answer.content)
    except ValidationError:
        return Problem(status=answer.status_code)
