"""A mail server that does as a test tells it: it accepts, refuses, or goes away at a given moment."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope

from services.notifier.use_cases.smtp import SmtpMailer
from tests.integration.notifier.notifier_service import SENDER

UNREACHABLE = SmtpMailer(host="127.0.0.1", port=1, tls="none", timeout_seconds=1, sender=SENDER.email)


class MailServer:
    """Accepts every message, or gives another answer to the command of that name.

    `taken`: recipients and bytes of every message that it has; `cuts`: so many answers to a message are lost.
    """

    def __init__(self, *, cuts: int = 0, seconds: float = 0, **answers: str) -> None:
        self.answers = answers
        self.cuts = cuts
        self.seconds = seconds
        self.taken: list[tuple[list[str], bytes]] = []

    @property
    def accepted(self) -> list[EmailMessage]:
        return [message_from_bytes(content, policy=policy.default) for _, content in self.taken]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        await asyncio.sleep(self.seconds)
        if "data" in self.answers:
            return self.answers["data"]
        self.taken.append((list(envelope.rcpt_tos), envelope.original_content or b""))
        if self.cuts:
            self.cuts -= 1
            server.transport.abort()
        return "250 OK"


@asynccontextmanager
async def served(factory: Callable[[], asyncio.Protocol], *, timeout_seconds: float = 5) -> AsyncIterator[SmtpMailer]:
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield SmtpMailer(host="127.0.0.1", port=port, tls="none", timeout_seconds=timeout_seconds, sender=SENDER.email)
    finally:
        server.close()


def serving(mail_server: MailServer) -> AbstractAsyncContextManager[SmtpMailer]:
    return served(lambda: SMTP(mail_server))


class BrokenServer(asyncio.Protocol):
    """Sends one line, or nothing, and closes the connection or leaves it open."""

    def __init__(self, line: bytes = b"", *, closes: bool = False) -> None:
        self.line = line
        self.closes = closes

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.line)
        if self.closes:
            transport.close()
