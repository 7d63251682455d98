"""One unit of work of the notifier."""

from services.notifier.storage.copies import Copies
from services.notifier.storage.mails import Mails
from shared.database import UnitOfWork


class Transaction:
    """The repositories inside one transaction."""

    def __init__(self, work: UnitOfWork) -> None:
        """Wrap the shared unit of work."""
        self.work = work
        self.copies = Copies(work.connection)
        self.mails = Mails(work.connection)
