"""The cookie, the forms, where a sign-in leads, the headers."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.web.examples import answers
from tests.web.fake import ADDRESS, FakeGateway, browser, cookie, settings, token_on
from web.context import safe_path
from web.session import Session, Sessions

SIGNED_OUT = "/connexion?suite=/compte"


def request(value: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"session={value}".encode())]})


def load(keys: str, value: str) -> Session:
    return Sessions(settings(cookie_keys=keys)).load(request(value))


def test_a_cookie_is_read_with_any_of_our_keys_and_with_no_other() -> None:
    value = cookie(settings())
    assert load("k" * 32, value).tokens is not None
    assert load(f"{'n' * 32},{'k' * 32}", value).tokens is not None
    assert load("n" * 32, value).tokens is None


@pytest.mark.parametrize("position", [5, 60, -5])
def test_a_tampered_cookie_is_no_session(position: int) -> None:
    value = list(cookie(settings()))
    value[position] = "A" if value[position] != "A" else "B"
    assert load("k" * 32, "".join(value)).tokens is None


def test_the_cookie_is_out_of_reach_of_scripts_and_of_plain_http() -> None:
    sessions, response = Sessions(settings(public_url="https://pages.example")), Response()
    session = sessions.load(request(""))
    sessions.save(session, response)
    sent = response.headers["Set-Cookie"]
    assert sent.startswith("__Host-session=")
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= set(sent.split("; "))
    assert session.kept.secret not in sent


@pytest.mark.parametrize(
    ("token", "headers"),
    [
        (None, {}),
        ("0" * 64, {}),
        ("0" * 128, {}),
        ("é", {}),
        ("right", {"Origin": "https://elsewhere.example"}),
        ("right", {"Sec-Fetch-Site": "cross-site"}),
    ],
)
async def test_a_form_of_another_page_changes_nothing(token: str | None, headers: dict[str, str]) -> None:
    gateway = FakeGateway(answers("beneficiary"))
    async with browser(gateway, signed_in=True) as client:
        right = await token_on(client, "/panier")
        gateway.sent.clear()
        sent = {"act": "send", **({"form_token": right if token == "right" else token} if token else {})}
        answer = await client.post("/panier", data=sent, headers=headers)
    assert answer.status_code == 403
    assert [each for each in gateway.sent if each.method != "GET"] == []


async def test_a_form_that_was_open_before_the_sign_in_no_longer_works() -> None:
    gateway = FakeGateway(answers("beneficiary"))
    gateway.answers["POST /api/identity/v1/tokens"] = {
        "access_token": "a", "refresh_token": "r", "expires_in": 600, "device_token": None,
    }  # fmt: skip
    async with browser(gateway) as client:
        before = await token_on(client, "/connexion")
        form = {"form_token": before, "email": "a@b.example", "password": "x", "suite": "//evil.example"}
        answer = await client.post("/connexion", data=form, headers={"Origin": ADDRESS})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/")
        again = await client.post("/deconnexion", data={"form_token": before})
    assert again.status_code == 403


async def test_pages_are_compressed_and_no_two_have_the_same_token_of_forms() -> None:
    gateway = FakeGateway(answers("beneficiary"))
    async with browser(gateway, signed_in=True) as client:
        tokens = [await token_on(client, "/panier") for _ in range(2)]
        page = await client.get("/panier")
        plain = await client.get("/panier", headers={"Accept-Encoding": "identity"})
        allowed = [(await client.post("/panier", data={"form_token": token})).status_code != 403 for token in tokens]
    halves = [token[at : at + 64] for token in tokens for at in (0, 64)]
    assert (len(set(halves)), allowed) == (4, [True, True])
    assert (page.headers["Content-Encoding"], page.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert "Content-Encoding" not in plain.headers
    assert int(page.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2


async def test_a_message_does_not_bring_back_tokens_that_another_tab_has_renewed() -> None:
    sessions, said, shown = Sessions(settings()), Response(), Response()
    session = sessions.load(request(cookie(settings())))
    session.say("Votre demande est envoyée.")
    sessions.save(session, said)
    [sent] = [value for name, value in said.headers.items() if name == "set-cookie"]
    assert sent.startswith("message=")
    next_page = sessions.load(Request({"type": "http", "headers": [(b"cookie", sent.split(";")[0].encode())]}))
    assert next_page.take_message() == "Votre demande est envoyée."
    assert next_page.take_message() is None
    next_page.changed = False
    sessions.save(next_page, shown)
    assert shown.headers["set-cookie"].startswith('message=""; ')


@pytest.mark.parametrize(("status", "page", "kept"), [(429, 200, True), (500, 200, True), (401, 303, False)])
async def test_only_identity_ends_a_sign_in_session(status: int, page: int, *, kept: bool) -> None:
    refresh = httpx.Response(status, json={"status": status})
    gateway = FakeGateway({"POST /api/identity/v1/tokens/refresh": refresh, "GET /api/identity/v1/me": 401})
    async with browser(gateway) as client:
        client.cookies.set("session", cookie(settings(), left=timedelta(seconds=5)))
        answer = await client.get("/compte")
        assert answer.status_code == page
        value = answer.cookies.get("session") or client.cookies["session"]
    assert (load("k" * 32, value).tokens is not None) is kept


async def test_a_page_reads_no_more_than_it_needs_whatever_the_headers_promise() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"email=" + b"a" * 10_000 + b"&"

    async with browser(FakeGateway()) as client:
        answer = await client.post(
            "/connexion", content=pieces(), headers={"Content-Type": "application/x-www-form-urlencoded"}
        )
    assert answer.status_code == 413
    assert "trop long" in answer.text


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/demandes?liste=suivies", "/demandes?liste=suivies"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\nb", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_a_sign_in_leads_to_our_own_pages_only(path: str | None, where: str) -> None:
    assert safe_path(path) == where


@pytest.mark.parametrize("page", ["/", "/connexion", "/nowhere"])
async def test_every_page_has_the_headers_of_security(page: str) -> None:
    async with browser(FakeGateway()) as client:
        answer = await client.get(page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert " style=" not in answer.text
    assert "<script>" not in answer.text
