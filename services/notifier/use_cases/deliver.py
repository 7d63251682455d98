"""The two ways a mail leaves: over SMTP, or into the mailbox that the embedded installation shows."""

import asyncio
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final, Literal, Protocol

import aiosmtplib
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

PERMANENT: Final = 500
"""A server's answer from this code on means no for ever (RFC 5321, 4.2.1)."""


class NotDelivered(Exception):
    """The message is not in other hands. `sentence` says why to staff; `for_good`: trying again changes nothing."""

    def __init__(self, sentence: str, *, for_good: bool = False) -> None:
        """`sentence` is French, and says nothing of what the message says."""
        super().__init__(sentence)
        self.sentence = sentence
        self.for_good = for_good


class Delivery(Protocol):
    """Hands a message to whoever carries it."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether the body of a mail with a secret link stays in the row: only where the row is the mailbox."""

    async def deliver(self, message: EmailMessage) -> None:
        """Return when the message is in other hands; raise NotDelivered when it is not."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """An SMTP server; one connection a mail, closed even when the server misbehaves."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    timeout_seconds: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def keeps_secrets(self) -> bool:
        """The link is in the recipient's mailbox alone."""
        return False

    async def deliver(self, message: EmailMessage) -> None:
        """Send, within the timeout as a whole."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self._send(message)
        except SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except SMTPResponseException as error:
            raise _refused(error) from error
        except (OSError, SMTPException) as error:
            raise NotDelivered(
                f"Le serveur de messagerie ne répond pas ou a coupé la connexion ({type(error).__name__})."
            ) from error

    async def _send(self, message: EmailMessage) -> None:
        await aiosmtplib.send(
            message,
            hostname=self.host,
            port=self.port,
            username=self.username or None,
            password=self.password or None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=self.timeout_seconds,
        )


def _refused(error: SMTPResponseException) -> NotDelivered:
    """No for ever to the recipient or the text is for good; to us (greeting, sign-in, sender) it is a setting to put right."""
    about_this_mail = isinstance(error, (SMTPRecipientRefused, SMTPDataError))
    sentence = f"Le serveur de messagerie a refusé le message ({error.code} {error.message})."
    return NotDelivered(sentence, for_good=about_this_mail and error.code >= PERMANENT)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The row itself is the mailbox: nothing leaves."""

    @property
    def keeps_secrets(self) -> bool:
        """Whoever tries the embedded installation needs the links."""
        return True

    async def deliver(self, message: EmailMessage) -> None:
        """Prove that the message can be written as it would be sent."""
        message.as_bytes()
