"""Histories of requests made at random, through the moves that the API offers, for tests of what must hold after any.

A new kind of step is one more function in STEPS; a new move of the API is taken by itself.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from services.enrollment.domain.states import Move
from tests.integration.enrollment.enrollment_service import EnrollmentService, Person
from tests.integration.enrollment.under_way import begins

WORDS: Final = {"reason": "Un motif.", "question": "Pourquoi ?", "answer": "Parce que."}
PATHS: Final = {
    Move.ACCEPT: "acceptance",
    Move.REFUSE: "refusal",
    Move.VALIDATE: "validation",
    Move.ASK: "question",
    Move.ANSWER: "answer",
    Move.DECLINE: "decline",
    Move.WITHDRAW: "withdrawal",
    Move.ABANDON: "abandonment",
    Move.CANCEL: "agreement-withdrawal",
    Move.PROMOTE: "promotion",
    Move.UNDO: "undo",
    Move.REOPEN: "reopening",
    Move.TRANSFER: "transfer",
}
"""Every move that a person can make, with the end of its address."""
_RARE: Final = {"withdraw": 1, "cancel": 1, "abandon": 2, "refuse": 2, "transfer": 2, "undo": 3}
"""The weights of moves that would otherwise end most requests at once, or be most of the moves."""
_NEEDS: Final = {Move.ASK: "question", Move.ANSWER: "answer", Move.TRANSFER: "session", Move.UNDO: None}


@dataclass(kw_only=True)
class RandomHistory:
    """Two sessions of one training, six people of three structures, and whoever decides about their requests."""

    service: EnrollmentService
    random: Random
    sessions: list[UUID] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    requests: list[UUID] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        """One person is an employer too, in a structure that has another one, and one is the trainer."""
        training = uuid4()
        self.sessions = [await self.service.session(capacity, training_id=training) for capacity in (2, 1)]
        structures = [uuid4() for _ in range(3)]
        for structure in structures:
            self.people += await self.service.people(2, structure_id=structure)
        employer, trainer = self.people[0], Person(self.service.trainer, structures[1])
        own = self.service.attachment(employer.account_id, structures[0], "beneficiary", "employer", version=2)
        teaches = self.service.attachment(trainer.account_id, structures[1], "beneficiary")
        confirmed = self.service.attached(employer.account_id, structures[0], "beneficiary")
        await self.service.tell(
            *(confirmed.model_copy(update={"attachment": each}) for each in (own, teaches)),
        )
        self.people.append(trainer)

    @property
    def actors(self) -> Sequence[UUID]:
        """Everybody who may have something to do with a request."""
        return list(
            dict.fromkeys(
                [*(person.account_id for person in self.people), self.service.employer, self.service.trainer,
                 self.service.staff]
            )
        )  # fmt: skip

    @property
    def deciders(self) -> Sequence[UUID]:
        """The actors, with those more often who have to do with every request."""
        return [*self.actors, *3 * [self.service.employer, self.service.trainer, self.service.staff]]

    async def offered(self, request: UUID, by: UUID) -> list[dict[str, Any]] | None:
        """The moves of a request that are offered to a person; None if the person may not see it."""
        shown = await self.service.call("GET", f"/enrollments/{request}", by=by)
        return shown.json()["moves"] if shown.status_code == 200 else None

    async def step(self) -> None:
        steps, weights = zip(*STEPS, strict=True)
        [step] = self.random.choices(steps, weights)
        await step(self)

    async def take_an_offered_move(self) -> None:
        if not self.requests:
            return
        request, by = self.random.choice(self.requests), self.random.choice(self.deciders)
        offers = await self.offered(request, by)
        if not offers:
            return
        [offer] = self.random.choices(offers, [_RARE.get(offer["move"], 6) for offer in offers])
        answer = await self.take(request, offer, by)
        self.made.append(f"{offer['move']} by {offer['acting_as']}")
        assert answer.status_code == 200, (self.made, offer, answer.text)
        assert answer.json()["moves"] == await self.offered(request, by), self.made

    async def take(self, request: UUID, offer: dict[str, Any], by: UUID) -> Any:
        """Call a move as a front-end does: where it says, with what it needs and nothing else."""
        body = await self._body(request, offer["needs"])
        return await self.service.call(offer["method"], offer["href"].removeprefix("/api/enrollment/v1"), body, by=by)

    async def attempt(self, request: UUID, move: Move, by: UUID) -> Any:
        """Call a move with a full body, whether it is offered or not."""
        body = await self._body(request, _NEEDS.get(move, "reason"))
        return await self.service.call("POST", f"/enrollments/{request}/{PATHS[move]}", body, by=by)

    async def _body(self, request: UUID, needs: str | None) -> dict[str, str] | None:
        if needs != "session":
            return {needs: WORDS[needs]} if needs else None
        [row] = await self.service.rows("SELECT session_id FROM enrollments WHERE id = :id", id=request)
        [other] = set(self.sessions) - {row.session_id}
        return {"session_id": str(other), "reason": WORDS["reason"]}

    async def make_a_request(self) -> None:
        person, session = self.random.choice(self.people), self.random.choice(self.sessions)
        answer = await self.service.asks(person, session)
        if answer.status_code == 201:
            self.requests.append(UUID(answer.json()["requests"][0]["id"]))
            self.made.append("request")

    async def change_the_capacity(self) -> None:
        await self.service.capacity(self.random.choice(self.sessions), self.random.randrange(1, 4))
        self.made.append("capacity")

    async def let_a_session_begin(self) -> None:
        await begins(self.service, self.random.choice(self.sessions))
        self.made.append("begins")

    async def let_the_clock_run(self) -> None:
        await self.service.clock()


Step = Callable[[RandomHistory], Awaitable[None]]
STEPS: Final[Sequence[tuple[Step, int]]] = (
    (RandomHistory.take_an_offered_move, 80),
    (RandomHistory.make_a_request, 12),
    (RandomHistory.change_the_capacity, 2),
    (RandomHistory.let_a_session_begin, 1),
    (RandomHistory.let_the_clock_run, 1),
)
"""What may happen, with its weight."""
