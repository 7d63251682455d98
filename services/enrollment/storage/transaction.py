"""One unit of work of the enrollment service."""

from services.enrollment.storage.attendance import Sheets
from services.enrollment.storage.attendances import Attendances
from services.enrollment.storage.candidates import Candidates
from services.enrollment.storage.carts import Carts
from services.enrollment.storage.certificates import Certificates
from services.enrollment.storage.changes import Changes
from services.enrollment.storage.circumstances import CircumstancesOfRequests
from services.enrollment.storage.clock_queries import ClockQueries
from services.enrollment.storage.counted_figures import CountedFigures
from services.enrollment.storage.decisions import Decisions
from services.enrollment.storage.enrollments import Enrollments
from services.enrollment.storage.erasures import Erasures
from services.enrollment.storage.figures import Figures
from services.enrollment.storage.history import History
from services.enrollment.storage.left_open import LeftOpens
from services.enrollment.storage.listings import Listings
from services.enrollment.storage.notes import Notes
from services.enrollment.storage.own_work import OwnWorks
from services.enrollment.storage.people import People
from services.enrollment.storage.proposals import Proposals
from services.enrollment.storage.reminders import Reminders
from services.enrollment.storage.rules import StoredRules
from services.enrollment.storage.seats import Seats
from services.enrollment.storage.session_copies import SessionCopies
from services.enrollment.storage.session_messages import SessionMessages
from services.enrollment.storage.structure_people import StructurePeople
from services.enrollment.storage.trained_sessions import TrainedSessions
from services.enrollment.storage.yearly_counts import YearlyCounts
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection. `emit` queues a message, which is stored just before the commit."""

    def __init__(self, work: UnitOfWork) -> None:
        self.people = People(work.connection)
        self.session_copies = SessionCopies(work.connection)
        self.candidates = Candidates(work.connection)
        self.carts = Carts(work.connection)
        self.enrollments = Enrollments(work.connection)
        self.erasures = Erasures(work.connection)
        self.seats = Seats(work.connection)
        self.changes = Changes(work.connection)
        self.sheets = Sheets(work.connection)
        self.attendances = Attendances(work.connection)
        self.certificates = Certificates(work.connection)
        self.history = History(work.connection)
        self.listings = Listings(work.connection)
        self.decisions = Decisions(work.connection)
        self.trained_sessions = TrainedSessions(work.connection)
        self.circumstances = CircumstancesOfRequests(work.connection)
        self.clock = ClockQueries(work.connection)
        self.rules = StoredRules(work.connection)
        self.own_work = OwnWorks(work.connection)
        self.figures = Figures(work.connection)
        self.counted_figures = CountedFigures(work.connection)
        self.reminders = Reminders(work.connection)
        self.left_open = LeftOpens(work.connection)
        self.proposals = Proposals(work.connection)
        self.session_messages = SessionMessages(work.connection)
        self.notes = Notes(work.connection)
        self.structure_people = StructurePeople(work.connection)
        self.yearly_counts = YearlyCounts(work.connection)
        self.emit = work.emit
