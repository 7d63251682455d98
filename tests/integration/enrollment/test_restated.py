"""What an owner answers when enrollment rebuilds its copies, beside events that are older or newer than the answer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from services.enrollment.storage.tables import sessions
from services.enrollment.wiring import SERVICE
from shared.contracts.catalogue import TrainingPublished, TrainingRevised, TrainingSnapshot
from shared.contracts.erasures import AccountErased
from shared.contracts.states import FIRST, ErasedState, SessionState, StateListed, StateRequested, States
from shared.messaging.envelope import Envelope
from shared.messaging.inprocess import InProcessTransport
from shared.messaging.rebuild import read_progress, start_rebuild
from shared.messaging.states import OwnStates
from shared.messaging.technical import technical_envelope
from shared.messaging.transport import Outcome
from shared.messaging.worker import Worker
from shared.tables import rebuilds
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.messaging.two_services import HandedDelivery


class Owners(InProcessTransport):
    """The services that are asked: a test answers in their place."""

    def __init__(self, service: EnrollmentService) -> None:
        super().__init__()
        self.service = service
        self.asked: list[StateRequested] = []
        self.answered: list[Envelope] = []
        self.worker: Worker[Any] = SERVICE.worker(SERVICE.settings(), service.database, self)

    async def publish(self, envelopes: Sequence[Envelope], *, to: str | None = None) -> Sequence[Outcome]:
        for each in envelopes:
            if each.name == StateRequested.wire_name:
                self.asked.append(StateRequested.model_validate_json(each.body))
            else:
                self.answered.append(each)
        return [Outcome.CONFIRMED] * len(envelopes)

    async def begin(self, kind: str) -> None:
        async with self.service.database.transaction() as work:
            await start_rebuild(work.connection, [kind])
        self.worker.rebuild._look_at = 0.0
        await self.worker.rebuild.run_once()

    async def answer(
        self,
        *states: Any,
        to: StateRequested | None = None,
        until: UUID | None = None,
        erased: Sequence[ErasedState] = (),
    ) -> None:
        """Answer the last request, or another one."""
        request = to or self.asked[-1]
        listed = StateListed(
            kind=request.kind,
            round=request.round,
            after=request.after,
            until=until,
            states=States(**{request.kind: states}),
            erased=tuple(erased),
        )
        await self.take(technical_envelope(listed, source="catalogue"))

    async def take(self, envelope: Envelope) -> None:
        self.worker.rebuild.take([HandedDelivery(envelope)])
        await self.worker.rebuild.run_once()

    async def result(self) -> tuple[bool, int, int, int, list[str]]:
        """Whether it has ended, and how many states were received, rows put right, rows removed; and the problems."""
        async with self.service.database.engine.connect() as connection:
            [row] = await read_progress(connection, [self.asked[-1].kind])
        return row.ended_at is not None, row.received, row.repaired, row.removed, row.problems


@pytest.fixture
async def owners(service: EnrollmentService) -> Owners:
    return Owners(service)


async def _trainings(service: EnrollmentService) -> dict[UUID, int]:
    return {row.id: row.version for row in await service.rows("SELECT id, version FROM trainings")}


def _revised(training: TrainingSnapshot, version: int) -> TrainingSnapshot:
    return training.model_copy(update={"version": version, "title": f"Titre {version}"})


async def test_an_older_answer_replaces_no_newer_event_and_removes_no_new_row(
    service: EnrollmentService, owners: Owners
) -> None:
    known, new = service.training(), service.training()
    await service.tell(TrainingPublished(occurred_at=service.now, training=known))
    await owners.begin("trainings")
    await service.tell(
        TrainingRevised(occurred_at=service.now, training=_revised(known, 3)),
        TrainingPublished(occurred_at=service.now, training=new),
    )
    await owners.answer(known)
    assert await _trainings(service) == {known.id: 3, new.id: 1}
    first, second = owners.asked
    assert (second.after, second.round != first.round) == (first.after, True), "the same page, with a younger answer"

    await owners.answer(known, to=first)
    assert len(owners.asked) == 2, "an answer from before is not used"
    await service.tell(TrainingRevised(occurred_at=service.now, training=_revised(new, 2)))
    await owners.answer(_revised(known, 3), new)
    assert await _trainings(service) == {known.id: 3, new.id: 2}
    assert await owners.result() == (True, 2, 0, 0, [])


async def test_what_the_owner_says_twice_is_true_even_if_it_is_older(
    service: EnrollmentService, owners: Owners
) -> None:
    """As after the owner's database was restored."""
    ahead, unknown, beyond = sorted((service.training() for _ in range(3)), key=lambda training: training.id)
    events = [
        TrainingPublished(occurred_at=service.now, training=_revised(each, 5)) for each in (ahead, unknown, beyond)
    ]
    await service.tell(*events)
    await owners.begin("trainings")
    await owners.answer(ahead, until=unknown.id)
    assert await _trainings(service) == {ahead.id: 5, unknown.id: 5, beyond.id: 5}
    await owners.answer(ahead, _revised(beyond, 5))
    assert await _trainings(service) == {ahead.id: 1, beyond.id: 5}
    assert owners.asked[-1].after == unknown.id, "what the second answer has beyond the first is asked for again"
    await owners.answer(_revised(beyond, 5))
    assert await owners.result() == (True, 2, 1, 1, [])


async def test_an_answer_that_another_worker_has_used_meanwhile_changes_nothing(
    service: EnrollmentService, owners: Owners, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owners.begin("trainings")
    put = owners.worker.rebuild._put

    async def put_after_another_worker(*arguments: Any) -> None:
        async with service.database.transaction() as work:
            await work.connection.execute(update(rebuilds).values(round=uuid4()))
        await put(*arguments)

    monkeypatch.setattr(owners.worker.rebuild, "_put", put_after_another_worker)
    await owners.answer(service.training())
    assert len(owners.asked) == 1
    assert await owners.result() == (False, 0, 0, 0, [])


async def test_seats_that_a_restated_session_has_are_given_once_and_the_late_event_gives_none(
    service: EnrollmentService, owners: Owners
) -> None:
    session_id = await service.session(1)
    for request in await service.requests(await service.people(3), session_id):
        assert (await service.accepts(request)).status_code == 200
    larger = service.next_of(session_id, capacity=2)
    state = SessionState(**larger.model_dump())
    await owners.begin("sessions")
    await owners.answer(state)
    seats = sorted(seat for seat, _ in (await service.seats(session_id)).values())
    assert seats == ["held", "held", "queued"]
    history = await service.rows("SELECT count(*) FROM enrollment_history")
    occupancies = await service.rows("SELECT occupancy_version FROM sessions")

    await owners.begin("sessions")
    await owners.answer(state)
    async with service.database.transaction() as work:
        await work.connection.execute(update(sessions).values(place="faux", capacity=5))
    await owners.begin("sessions")
    await owners.answer(state)
    assert await owners.result() == (True, 1, 1, 0, [])
    assert await service.rows("SELECT place, capacity FROM sessions") == [("Limoges", 2)]
    assert await service.rows("SELECT count(*) FROM enrollment_history") == history
    assert await service.rows("SELECT occupancy_version FROM sessions") == occupancies
    assert await service.audit() == []


async def test_a_session_that_its_owner_does_not_have_stays_while_requests_need_it(
    service: EnrollmentService, owners: Owners
) -> None:
    used, unused = await service.session(1), await service.session(1)
    [person] = await service.people(1)
    await service.request(person, used)
    await owners.begin("sessions")
    await owners.answer()
    await owners.answer()
    assert [row.id for row in await service.rows("SELECT id FROM sessions")] == [used]
    problem = f"sessions {used}: its owner does not have it, and other rows here need it"
    assert await owners.result() == (True, 0, 0, 1, [problem])
    assert unused != used


async def test_a_person_whom_identity_has_lost_stays_with_a_name_while_requests_need_the_account(
    service: EnrollmentService, owners: Owners
) -> None:
    asking, idle = await service.people(2)
    await service.request(asking, await service.session(1))
    await owners.begin("accounts")
    others = [service.account(each).account for each in (service.employer, service.trainer, service.staff)]
    await owners.answer(*others)
    await owners.answer(*others)
    found = {row.id for row in await service.rows("SELECT id FROM accounts")}
    assert (asking.account_id in found, idle.account_id in found) == (True, False)
    problem = f"accounts {asking.account_id}: its owner does not have it, and other rows here need it"
    complete, *_, removed, problems = await owners.result()
    assert (complete, removed, problems) == (True, 1, [problem])


async def test_who_is_erased_is_erased_again_and_does_not_come_back(service: EnrollmentService, owners: Owners) -> None:
    [erased, revived] = await service.people(2)
    await service.tell(AccountErased(occurred_at=service.now, account_id=revived.account_id, version=2))
    others = [service.account(each).account for each in (service.employer, service.trainer, service.staff)]
    states = [each.model_copy(update={"last_name": "Autre", "version": 2}) for each in others]
    state = service.account(revived.account_id, version=9).account
    gone = [ErasedState(id=each, version=3) for each in (erased.account_id, uuid4())]
    for repaired in (5, 0):
        await owners.begin("accounts")
        await owners.answer(*states, state, erased=gone)
        names = await service.rows("SELECT last_name, version FROM accounts WHERE erased ORDER BY version")
        assert names == [("supprimé", 2), ("supprimé", 3), ("supprimé", 3)]
        problem = f"accounts {revived.account_id}: erased here, but not at its owner"
        assert await owners.result() == (True, 6, repaired, 0, [problem])


async def test_only_its_own_states_are_answered_and_only_to_those_that_may_have_them(
    service: EnrollmentService, owners: Owners
) -> None:
    async def ask(kind: str) -> None:
        request = StateRequested(kind=kind, round=uuid4(), after=FIRST)
        await owners.take(technical_envelope(request, source="notifier"))

    await ask("accounts")
    await owners.take(Envelope(message_id="1", name=StateListed.wire_name, body=b"{}"))
    assert owners.answered == []
    await ask("sheets")
    [answer] = owners.answered
    assert answer.routed_as == "enrollment.attendance_begun.v1"
    with pytest.raises(ValueError, match=r"catalogue must read the states \['sessions', 'trainings'\], it reads \[\]"):
        OwnStates("catalogue")
