"""Random histories of one sheet against a model: recorded, closed, corrected, reopened, people added and late."""

from random import Random
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.attendance import AttendanceClosed, AttendanceReopened
from shared.contracts.enrollment import AttendanceRecorded
from tests.integration.enrollment.enrollment_service import EnrollmentService
from tests.integration.enrollment.sheet_room import REASON, Room, a_room, accepted
from tests.integration.enrollment.test_attendance import YESTERDAY

STATUSES = ("present", "late", "excused", "unexcused")
STEPS = 40
REOPENED = ("record", "record", "add", "close", "close")
CLOSED = ("correct", "correct", "reopen")


class Model:
    """What the sheet must say: the presences of each request on it, and the attendances that were published."""

    def __init__(
        self, random: Random, room: Room, *, validated: set[UUID], pending: set[UUID], waiting: set[UUID]
    ) -> None:
        self.random, self.room = random, room
        self.validated, self.pending, self.waiting = validated, pending, waiting
        self.marks: dict[UUID, dict[int, str]] = {request: {} for request in validated | pending}
        self.published: dict[UUID, list[bool]] = {}
        self.closed, self.version = False, 0

    async def step(self) -> None:
        act = self.random.choice(CLOSED if self.closed else REOPENED)
        await {
            "record": self.record,
            "add": self.add,
            "close": self.close,
            "reopen": self.reopen,
            "correct": self.correct,
        }[act]()

    def mark(self, slot: int) -> tuple[str, dict[str, Any]]:
        status = self.random.choice(STATUSES)
        starts_at = self.room.service.sessions[self.room.session].slots[slot]
        middle = starts_at.starts_at + (starts_at.ends_at - starts_at.starts_at) / 2
        return status, {"status": status, **({"arrived_at": middle.isoformat()} if status == "late" else {})}

    async def record(self) -> None:
        slot = self.random.randrange(2)
        presences = []
        for request in sorted(self.marks):
            status, mark = self.mark(slot)
            self.marks[request][slot] = status
            presences.append({"enrollment_id": str(request), **mark})
        answer = await self.room.call("PUT", f"/slots/{self.room.slots[slot]}", {"presences": presences})
        assert answer.status_code == 200, answer.text
        if presences:
            self.version = self.version or 1

    async def add(self) -> None:
        if not self.waiting:
            return
        request = self.random.choice(sorted(self.waiting))
        assert (await self.room.call("POST", "/people", {"enrollment_id": str(request)})).status_code == 200
        self.waiting.discard(request)
        self.validated.add(request)
        self.marks[request] = {}

    async def close(self) -> None:
        outcomes = {request: self.random.choice(("validate", "cancel")) for request in sorted(self.pending)}
        undecided = [{"enrollment_id": str(request), "act": act} for request, act in outcomes.items()]
        answer = await self.room.closes(undecided=undecided)
        stay = {request for request in self.marks if outcomes.get(request) != "cancel"}
        if any(len(self.marks[request]) < 2 for request in stay):
            assert answer.json()["type"].endswith("presences-missing")
            return
        assert answer.status_code == 200, answer.text
        self.marks = {request: self.marks[request] for request in stay}
        self.validated, self.pending, self.waiting = stay, set(), set()
        self.closed, self.version = True, self.version + 1

    async def reopen(self) -> None:
        assert (await self.room.call("POST", "/reopening", {"reason": REASON})).status_code == 200
        self.closed, self.version = False, self.version + 1

    async def correct(self) -> None:
        request, slot = self.random.choice(sorted(self.marks)), self.random.randrange(2)
        status, mark = self.mark(slot)
        body = {"slots": [{"slot_id": self.room.slots[slot], **mark}], "reason": REASON}
        answer = await self.room.call("PUT", f"/lines/{request}", body)
        assert answer.status_code == 200, answer.text
        self.marks[request][slot] = status
        self.version += 1

    def attended(self, request: UUID) -> bool:
        return any(status in {"present", "late"} for status in self.marks[request].values())


@pytest.mark.parametrize("seed", [1])
async def test_whatever_happens_to_a_sheet_the_invariants_hold_and_what_is_told_is_what_it_says(
    service: EnrollmentService, seed: int
) -> None:
    room = await a_room(service, 4)
    people = await service.people(7)
    requests = [await accepted(service, person, room.session) for person in people]
    for request in requests[:2]:
        assert (await service.decides(service.trainer, request, "validation")).status_code == 200
    await service.moves(room.session, YESTERDAY)
    model = Model(
        Random(seed),  # noqa: S311 - a repeatable history, no secret
        room,
        validated=set(requests[:2]),
        pending=set(requests[2:4]),
        waiting=set(requests[4:]),
    )

    for _ in range(STEPS):
        await model.step()
        assert await service.audit() == []
        sheet = (await room.call("GET")).json()
        assert (sheet["closed_at"] is not None, sheet["version"]) == (model.closed, model.version)
        shown = {
            UUID(line["enrollment_id"]): {
                slot: each["status"] for slot, each in enumerate(line["slots"]) if each["status"]
            }
            for line in sheet["lines"]
        }
        assert shown == model.marks
        if model.closed:
            told = {each.enrollment.id: each for each in await service.emitted(AttendanceRecorded)}
            assert {request: each.attended for request, each in told.items()} == {
                request: model.attended(request) for request in model.marks
            }

    first = [each.enrollment.id for each in await service.emitted(AttendanceRecorded) if not each.corrected]
    assert len(first) == len(set(first))
    acts = [each["act"] for each in sheet["history"]]
    assert len(await service.emitted(AttendanceClosed)) == acts.count("close")
    assert len(await service.emitted(AttendanceReopened)) == acts.count("reopen")
