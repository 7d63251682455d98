"""The two ways a mail leaves: over SMTP, or into the mailbox that the embedded installation shows."""

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

import aiosmtplib


@dataclass(frozen=True, slots=True)
class Smtp:
    """An SMTP server; one connection a mail, closed even when the server misbehaves."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    timeout_seconds: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    keeps_secrets: bool = False

    async def deliver(self, message: EmailMessage) -> None:
        """Send, within the timeout as a whole."""
        async with asyncio.timeout(self.timeout_seconds):
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                use_tls=self.tls == "tls",
                start_tls=self.tls == "starttls",
                timeout=self.timeout_seconds,
            )


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The row itself is the mailbox: nothing leaves."""

    keeps_secrets: bool = True

    async def deliver(self, message: EmailMessage) -> None:
        """Prove that the message can be written as it would be sent."""
        message.as_bytes()
