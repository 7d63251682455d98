"""What a way to send mails does and how it can fail, and the one that only keeps them for the page `/mailbox`."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol


class ServerAway(Exception):
    """The server takes no mail from this service now, whatever the mail. `sentence`: the reason, for the log."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotSent(Exception):
    """The server has not accepted this message. `permanent`: another attempt would change nothing."""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        """`sentence` is the reason for staff, in French. It must not quote the message."""
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent


class OutcomeUnknown(Exception):
    """The connection was lost after the whole message was handed over, before the server answered."""


class Channel(Protocol):
    """A connection on which one message can be sent."""

    async def send(self, recipient: str, content: bytes) -> None:
        """Raises NotSent if the message was not accepted, OutcomeUnknown if nobody knows."""


class Mailer(Protocol):
    """A way to send mails."""

    @property
    def keeps_secrets(self) -> bool:
        """Whether the text of a mail with a secret link stays in the database."""

    def connected(self) -> AbstractAsyncContextManager[Channel]:
        """Connect for one message. Raises ServerAway."""


@dataclass(frozen=True, slots=True)
class MailboxMailer:
    """Sends nothing: the row in the database is shown by the mailbox page."""

    @property
    def keeps_secrets(self) -> bool:
        """Yes: people who try the embedded installation need the links."""
        return True

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Channel]:
        yield self

    async def send(self, recipient: str, content: bytes) -> None:
        """The row keeps the message."""
