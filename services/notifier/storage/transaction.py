"""One unit of work of the notifier."""

from services.notifier.storage.copies import Copies
from services.notifier.storage.mails import Mails
from shared.database import UnitOfWork


class Transaction:
    """The repositories inside one transaction, and the address of the agency's desk, which is a recipient like others."""

    def __init__(self, work: UnitOfWork, *, desk_email: str = "") -> None:
        """Wrap the shared unit of work."""
        self.copies = Copies(work.connection)
        self.mails = Mails(work.connection)
        self.desk_email = desk_email
