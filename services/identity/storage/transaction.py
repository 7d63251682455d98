"""One unit of work of the identity service."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from services.identity.storage.accounts import Accounts
from services.identity.storage.attachments import Attachments
from services.identity.storage.desk import Desk
from services.identity.storage.keys import Keys
from services.identity.storage.links import Links
from services.identity.storage.sessions import Families, SignInAttempts
from services.identity.storage.structures import Structures
from services.identity.storage.trace import Trace
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection, and what its commit will say."""

    def __init__(self, work: UnitOfWork) -> None:
        self.connection = work.connection
        self.accounts = Accounts(work.connection)
        self.attachments = Attachments(work.connection)
        self.desk = Desk(work.connection)
        self.families = Families(work.connection)
        self.keys = Keys(work.connection)
        self.links = Links(work.connection)
        self.sign_in_attempts = SignInAttempts(work.connection)
        self.structures = Structures(work.connection)
        self.trace = Trace(work.connection)
        self.emit = work.emit


Begin = Callable[[], AbstractAsyncContextManager[Transaction]]
"""Opens a transaction of its own: for what must stay although the answer is no (a wrong password counted, a replay seen)."""
