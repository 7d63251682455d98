"""Sends mails over SMTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal

import aiosmtplib
from aiosmtplib import SMTPException, SMTPResponseException, SMTPServerDisconnected, SMTPStatus

from services.notifier.use_cases.mailers import Channel, NotSent, OutcomeUnknown, ServerAway

PERMANENT: Final = 500
"""Reply codes from here on are permanent failures (RFC 5321, 4.2.1)."""
TRANSIENT: Final = 400
_LEADING_DOT: Final = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends to an SMTP server; one connection for each mail, closed even if the server misbehaves."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    timeout_seconds: float
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def keeps_secrets(self) -> bool:
        """No: the link is in the recipient's mailbox only."""
        return False

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Channel]:
        """Connect, sign in and announce the sender: what fails here fails for every mail."""
        client = aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=self.timeout_seconds,
        )
        try:
            try:
                async with asyncio.timeout(self.timeout_seconds):
                    await client.connect()
                    await client.mail(self.sender)
            except (OSError, SMTPException) as error:
                raise ServerAway(_described(error)) from error
            yield SmtpChannel(client, self.timeout_seconds)
            with suppress(OSError, SMTPException):
                async with asyncio.timeout(self.timeout_seconds):
                    await client.quit()
        finally:
            client.close()


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """A connection on which the sender is announced."""

    client: aiosmtplib.SMTP
    timeout_seconds: float

    async def send(self, recipient: str, content: bytes) -> None:
        """The timeout is for the whole exchange."""
        handed_over = False
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.client.rcpt(recipient)
                _require(await self.client.execute_command(b"DATA"), SMTPStatus.start_input)
                protocol = self.client.protocol
                if protocol is None:
                    raise SMTPServerDisconnected("Connection lost")
                protocol.write(_LEADING_DOT.sub(b"..", content) + b".\r\n")
                handed_over = True
                _require(await protocol.read_response(), SMTPStatus.completed)
        except SMTPResponseException as error:
            if error.code < TRANSIENT:  # an answer that means nothing
                raise (OutcomeUnknown if handed_over else _failed(error)) from error
            sentence = f"Le serveur de messagerie a refusé le message ({error.code} {error.message})."
            raise NotSent(sentence, permanent=error.code >= PERMANENT) from error
        except (OSError, SMTPException) as error:
            raise (OutcomeUnknown() if handed_over else _failed(error)) from error


def _require(response: aiosmtplib.SMTPResponse, code: int) -> None:
    if response.code != code:
        raise SMTPResponseException(response.code, response.message)


def _failed(error: Exception) -> NotSent:
    return NotSent(f"Le serveur de messagerie ne répond pas ou a coupé la connexion ({type(error).__name__}).")


def _described(error: Exception) -> str:
    """The server's answer: it is about the connection or the sender, not about a mail."""
    if isinstance(error, SMTPResponseException):
        return f"{type(error).__name__} {error.code} {error.message}"
    return type(error).__name__
