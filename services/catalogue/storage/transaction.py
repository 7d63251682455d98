"""One unit of work of the catalogue service."""

from services.catalogue.storage.axes import Axes
from services.catalogue.storage.history import History
from services.catalogue.storage.people import People
from services.catalogue.storage.session_facets import SessionFacets
from services.catalogue.storage.session_list import SessionList
from services.catalogue.storage.sessions import Sessions
from services.catalogue.storage.trainers import Trainers
from services.catalogue.storage.training_list import TrainingList
from services.catalogue.storage.trainings import Trainings
from shared.database import UnitOfWork


class Transaction:
    """The repositories on one connection, and `emit`, which queues messages for the commit."""

    def __init__(self, work: UnitOfWork) -> None:
        self.axes = Axes(work.connection)
        self.history = History(work.connection)
        self.people = People(work.connection)
        self.session_facets = SessionFacets(work.connection)
        self.session_list = SessionList(work.connection)
        self.sessions = Sessions(work.connection)
        self.trainers = Trainers(work.connection)
        self.training_list = TrainingList(work.connection)
        self.trainings = Trainings(work.connection)
        self.emit = work.emit
