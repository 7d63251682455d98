"""One unit of work of the enrollment service."""

from services.enrollment.storage.carts import Carts
from services.enrollment.storage.copies import Copies
from services.enrollment.storage.enrollments import Enrollments
from services.enrollment.storage.rules import StoredRules
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection, and what its commit will say."""

    def __init__(self, work: UnitOfWork) -> None:
        self.connection = work.connection
        self.copies = Copies(work.connection)
        self.carts = Carts(work.connection)
        self.enrollments = Enrollments(work.connection)
        self.rules = StoredRules(work.connection)
        self.say = work.say
