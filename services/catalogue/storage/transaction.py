"""One unit of work of the catalogue service."""

from services.catalogue.storage.axes import Axes
from services.catalogue.storage.copies import Copies
from services.catalogue.storage.history import History
from services.catalogue.storage.reading import Reading
from services.catalogue.storage.sessions import Sessions
from services.catalogue.storage.trainings import Trainings
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection, and what its commit will say."""

    def __init__(self, work: UnitOfWork) -> None:
        self.axes = Axes(work.connection)
        self.copies = Copies(work.connection)
        self.history = History(work.connection)
        self.reading = Reading(work.connection)
        self.sessions = Sessions(work.connection)
        self.trainings = Trainings(work.connection)
        self.emit = work.emit
