"""The client's address comes from the gateway."""

from ipaddress import ip_address

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from deploy.embedded.gateway import Gateway
from shared.http.client import UNKNOWN, client_address


def a_request(*values: str, peer: str | None = "198.51.100.1") -> Request:
    headers = [(b"x-real-ip", value.encode()) for value in values]
    return Request({"type": "http", "headers": headers, "client": (peer, 4711) if peer else None})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((), "198.51.100.1"),
        (("203.0.113.66",), "203.0.113.66"),
        ((" 2001:db8::1 ",), "2001:db8::1"),
        (("::ffff:203.0.113.66",), "203.0.113.66"),
        (("192.0.2.1", "203.0.113.66"), "203.0.113.66"),
        (("not an address",), str(UNKNOWN)),
    ],
)
async def test_the_address_is_that_of_the_header(values: tuple[str, ...], expected: str) -> None:
    assert await client_address(a_request(*values)) == ip_address(expected)


async def test_a_connection_without_an_address_is_one_unknown_client() -> None:
    assert await client_address(a_request(peer=None)) == UNKNOWN


async def test_the_embedded_gateway_replaces_what_the_visitor_sent() -> None:
    seen: list[Scope] = []

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    gateway = Gateway({"identity": service}, service)
    forged = [(b"x-real-ip", b"192.0.2.1"), (b"accept", b"*/*"), (b"x-real-ip", b"192.0.2.2")]
    for client in (("203.0.113.66", 4711), None):
        scope = {"type": "http", "path": "/api/identity/v1/tokens", "headers": forged, "client": client}
        await gateway(scope, None, None)  # type: ignore[arg-type] # the stand-in uses neither
    assert [scope["headers"] for scope in seen] == [
        [(b"accept", b"*/*"), (b"x-real-ip", b"203.0.113.66")],
        [(b"accept", b"*/*")],
    ]
