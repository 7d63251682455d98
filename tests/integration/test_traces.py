"""One trace from a page to the mail that follows from it; without an endpoint there is none, and nothing changes."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from sqlalchemy import text

from deploy.embedded.front import InThisProcess
from deploy.embedded.gateway import Gateway
from services.identity.settings import Settings as IdentitySettings
from services.identity.wiring import SERVICE as IDENTITY
from services.notifier.settings import Settings as NotifierSettings
from services.notifier.wiring import SERVICE as NOTIFIER
from shared import tracing
from shared.database import Database
from shared.messaging.inprocess import InProcessTransport
from shared.settings import TraceSettings
from tests.conftest import MakeDatabase
from tests.support.eventually import eventually
from tests.web.fake import token_on
from web.settings import Settings as PagesSettings
from web.wiring import create

ADDRESS = "http://agence.example"
EMAIL = "brigitte.secrete@agence.example"
FORGOTTEN = "/compte/mot-de-passe-oublie"


@dataclass(frozen=True)
class Town:
    """The pages, identity and the notifier, and a staff account."""

    browser: httpx.AsyncClient
    identity: Database
    notifier: Database

    async def ask_for_a_new_password(self) -> None:
        await eventually(self._has_its_account, within=20)
        form = {"form_token": await token_on(self.browser, FORGOTTEN), "email": EMAIL}
        assert (await self.browser.post(FORGOTTEN, data=form)).status_code == 200
        await eventually(self._is_sent, within=20)

    async def _has_its_account(self) -> bool:
        return bool(await self.rows(self.identity, "SELECT 1 FROM accounts"))

    async def rows(self, database: Database, statement: str) -> list[Mapping[str, object]]:
        async with database.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement))).mappings()]

    async def _is_sent(self) -> bool:
        return bool(
            await self.rows(self.notifier, "SELECT 1 FROM mails WHERE kind = 'password_reset' AND status = 'sent'")
        )


@pytest.fixture
async def town(make_database: MakeDatabase) -> AsyncIterator[Town]:
    identity, notifier = await make_database("identity"), await make_database("notifier")
    async with _running(identity, notifier) as browser:
        yield Town(browser, identity, notifier)


@asynccontextmanager
async def _running(identity: Database, notifier: Database) -> AsyncIterator[httpx.AsyncClient]:
    transport = InProcessTransport(expected=frozenset({"notifier"}))
    identity_settings = IdentitySettings(
        database_url=_url(identity), first_staff_email=EMAIL, key_passphrase="secret", staff_second_factor=False
    )
    notifier_settings = NotifierSettings(database_url=_url(notifier), mail_mode="mailbox")
    workers = [
        IDENTITY.worker(identity_settings, identity, transport),
        NOTIFIER.worker(notifier_settings, notifier, transport),
    ]
    gateway = Gateway({"identity": IDENTITY.api(identity_settings, identity)}, lambda *_: asyncio.sleep(0))
    pages = create(
        PagesSettings(gateway_url=ADDRESS, public_url=ADDRESS, cookie_keys="k" * 32),
        transport=lambda: InThisProcess(gateway),
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url=ADDRESS)
    running = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        async with pages.router.lifespan_context(pages), client:
            yield client
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@contextmanager
def _recorded(share: float = 1.0) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with tracing.recorded(SimpleSpanProcessor(exporter), service="town", share=share):
        yield exporter


def _tree(spans: Sequence[ReadableSpan], root: ReadableSpan) -> dict[str, Any]:
    """The names below a span."""
    assert root.context
    return {
        span.name: _tree(spans, span)
        for span in spans
        if span.parent and (span.parent.trace_id, span.parent.span_id) == (root.context.trace_id, root.context.span_id)
    }


async def test_a_page_and_the_mail_that_follows_from_it_are_one_trace(town: Town) -> None:
    with _recorded() as exporter:
        await town.ask_for_a_new_password()
        spans = exporter.get_finished_spans()
    [root] = [span for span in spans if span.name == f"POST {FORGOTTEN}"]
    assert root.parent is None
    assert _tree(spans, root) == {
        "POST /password-resets": {
            "publish identity.send_password_reset.v1": {
                "handle identity.send_password_reset.v1": {"send mail password_reset": {}}
            }
        }
    }
    assert root.context
    trace = [span for span in spans if span.context and span.context.trace_id == root.context.trace_id]
    assert {span.status.status_code for span in trace} == {StatusCode.UNSET}
    facts = [span.to_json() for span in spans]
    assert [word for word in ("brigitte", "agence.example", "@") if word in "".join(facts).lower()] == []


async def test_of_a_trace_that_is_not_kept_nothing_is_recorded_in_any_process(town: Town) -> None:
    with _recorded(share=0) as exporter:
        await town.ask_for_a_new_password()
    assert exporter.get_finished_spans() == ()


async def test_without_an_endpoint_mails_have_no_trace_and_messages_the_context_of_their_request(town: Town) -> None:
    with tracing.exported("town", TraceSettings()):
        assert not tracing.is_on()
        assert tracing.publication("a.b.v1", "1", None, None) is None
        await town.ask_for_a_new_password()
    assert await town.rows(town.notifier, "SELECT DISTINCT traceparent FROM mails") == [{"traceparent": None}]


async def test_spans_are_sent_to_the_endpoint_when_the_process_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.path.encode() + self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        with tracing.exported("town", TraceSettings()), tracing.sending("password_reset"):
            pass
        server.shutdown()
    [body] = received
    assert body.startswith(b"/v1/traces")
    assert b"send mail password_reset" in body
