"""One transaction of the notifier."""

from services.notifier.storage.calendars import Calendars
from services.notifier.storage.copies import Copies
from services.notifier.storage.erasures import Erasures
from services.notifier.storage.mails import Mails
from services.notifier.storage.motivations import Motivations
from services.notifier.storage.queue import MailQueue
from services.notifier.storage.told import Told
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection. `desk_email`: the address of the agency's desk; only the worker needs it."""

    def __init__(self, work: UnitOfWork, *, desk_email: str = "") -> None:
        self.copies = Copies(work.connection)
        self.calendars = Calendars(work.connection)
        self.motivations = Motivations(work.connection)
        self.erasures = Erasures(work.connection)
        self.told = Told(work.connection)
        self.queue = MailQueue(work.connection)
        self.mails = Mails(work.connection)
        self.desk_email = desk_email
