"""The two ways to send a mail: over SMTP, or into the mailbox that the embedded installation shows."""

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
"""Reply codes from here on are permanent failures (RFC 5321, 4.2.1)."""


class NotSent(Exception):
    """The server has not accepted the message. `permanent`: another attempt would change nothing."""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        """`sentence` is the reason for staff, in French. It must not quote the message."""
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent


class Mailer(Protocol):
    """Sends messages."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether the text of a mail with a secret link stays in the database."""

    async def send(self, message: EmailMessage) -> None:
        """Raises NotSent if the message was not accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """Sends to an SMTP server; one connection for each mail, closed even if the server misbehaves."""

    host: str
    port: int
    tls: Literal["none", "starttls", "tls"]
    timeout_seconds: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def keeps_secrets(self) -> bool:
        """No: the link is in the recipient's mailbox only."""
        return False

    async def send(self, message: EmailMessage) -> None:
        """The timeout is for the whole exchange with the server."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self._send(message)
        except SMTPRecipientsRefused as error:
            raise _refused(error.recipients[0]) from error
        except SMTPResponseException as error:
            raise _refused(error) from error
        except (OSError, SMTPException) as error:
            raise NotSent(
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


def _refused(error: SMTPResponseException) -> NotSent:
    """A permanent refusal of the recipient or of the text is final. A refusal of the greeting, of the sign-in or of the
    sender is not: an operator can correct the settings, and the next attempt succeeds.
    """
    is_about_this_mail = isinstance(error, (SMTPRecipientRefused, SMTPDataError))
    sentence = f"Le serveur de messagerie a refusé le message ({error.code} {error.message})."
    return NotSent(sentence, permanent=is_about_this_mail and error.code >= PERMANENT)


@dataclass(frozen=True, slots=True)
class MailboxMailer:
    """Sends nothing: the row in the database is shown by the mailbox page."""

    @property
    def keeps_secrets(self) -> bool:
        """Yes: people who try the embedded installation need the links."""
        return True

    async def send(self, message: EmailMessage) -> None:
        """Check that the message could be written for a server."""
        message.as_bytes()
