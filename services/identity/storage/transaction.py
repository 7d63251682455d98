"""One unit of work of the identity service."""

from services.identity.storage.accounts import Accounts
from services.identity.storage.attachment_pages import AttachmentPages
from services.identity.storage.attachments import Attachments
from services.identity.storage.budgets import Budgets
from services.identity.storage.desk import Desk
from services.identity.storage.desk_pages import DeskPages
from services.identity.storage.devices import Devices
from services.identity.storage.erasures import Erasures
from services.identity.storage.history import History
from services.identity.storage.invitations import Invitations
from services.identity.storage.keys import Keys
from services.identity.storage.links import Links
from services.identity.storage.overviews import Overviews
from services.identity.storage.second_factors import SecondFactors
from services.identity.storage.security_events import SecurityEvents
from services.identity.storage.sign_in_sessions import SignInSessions
from services.identity.storage.structures import Structures
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection; `emit` queues a message that the commit makes true."""

    def __init__(self, work: UnitOfWork) -> None:
        self.accounts = Accounts(work.connection)
        self.attachment_pages = AttachmentPages(work.connection)
        self.attachments = Attachments(work.connection)
        self.budgets = Budgets(work.connection)
        self.desk = Desk(work.connection)
        self.desk_pages = DeskPages(work.connection)
        self.devices = Devices(work.connection)
        self.erasures = Erasures(work.connection)
        self.history = History(work.connection)
        self.invitations = Invitations(work.connection)
        self.keys = Keys(work.connection)
        self.links = Links(work.connection)
        self.overviews = Overviews(work.connection)
        self.second_factors = SecondFactors(work.connection)
        self.security_events = SecurityEvents(work.connection)
        self.sign_in_sessions = SignInSessions(work.connection)
        self.structures = Structures(work.connection)
        self.emit = work.emit
