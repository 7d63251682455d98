"""A sequence of moves on the seats of one training, for tests that make several moves one after the other."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

from services.enrollment.domain import decisions
from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.facts import Fact, MovedFact
from services.enrollment.domain.session_seats import SessionSeats
from services.enrollment.domain.states import Seat
from services.enrollment.domain.training_seats import Queues, TrainingSeats
from services.enrollment.domain.transfer import TransferImpossible
from tests.unit.enrollment.examples import NOW, SOMEBODY, a_plan, a_request

STRUCTURES = [uuid4() for _ in range(3)]
NOTHING_QUEUED = Queues(queued={}, held={})


@dataclass
class MoveSequence:
    """The seats of a training, all facts of the moves made so far, and the requests in the state after these facts."""

    sessions: list[SessionSeats]
    cap: int | None = 2
    requests: dict[UUID, Enrollment] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.seats = TrainingSeats(now=NOW, cap=self.cap, sessions=self.sessions, queues=NOTHING_QUEUED)

    def record(self, facts: list[Fact]) -> list[Fact]:
        self.requests |= {fact.enrollment.id: fact.enrollment for fact in facts if isinstance(fact, MovedFact)}
        self.facts += facts
        return facts

    def accept(self, session: SessionSeats, structure: UUID | None = None) -> UUID:
        request = replace(a_request(), session_id=session.id, structure_id=structure or uuid4())
        self.record(self.seats.accept(request, by=SOMEBODY))
        return request.id

    def withdraw(self, *requests: UUID) -> list[Fact]:
        withdrawals = [
            decisions.withdraw(
                self.requests[request],
                by=SOMEBODY,
                at=NOW,
                first_slot=NOW + timedelta(days=30),
                session_ends=NOW + timedelta(days=31),
                notice=None,
            )
            for request in requests
        ]
        return self.record(self.seats.release(*withdrawals))

    def transfer(self, request: UUID, session: SessionSeats) -> list[Fact]:
        """Move a request to another session; nothing happens if that is not possible."""
        enrollment = self.requests[request]
        try:
            facts = self.seats.transfer(enrollment, session.id, by=SOMEBODY, acting_as="staff", note="Plus près")
        except TransferImpossible:
            return []
        return self.record(facts)

    def resize(self, session: SessionSeats, capacity: int, *, starts: int = 30, closes: int = 20) -> list[Fact]:
        return self.record(self.seats.plan(session.id, a_plan(capacity, starts=starts, closes=closes)))

    def seat_and_number(self, request: UUID) -> tuple[Seat, int | None]:
        enrollment = self.requests[request]
        return enrollment.seat, enrollment.queue_number

    def requests_of(self, session: SessionSeats, seat: Seat) -> list[Enrollment]:
        """The requests of a session with that seat, in the order of their queue numbers."""
        requests = [each for each in self.requests.values() if each.session_id == session.id and each.seat is seat]
        return sorted(requests, key=lambda each: each.queue_number or 0)
