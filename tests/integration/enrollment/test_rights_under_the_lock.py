"""A right that is taken away while an act waits for its lock refuses the act: each act, in each role that may do it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.enrollment.storage.transaction import Transaction
from services.enrollment.use_cases.cascade import keep_session
from shared.contracts.identity import AccountUpdated, AttachmentStatusesChanged
from tests.integration.enrollment.enrollment_service import BASE, EnrollmentService, Person
from tests.integration.enrollment.test_attendance import YESTERDAY
from tests.integration.enrollment.under_way import begins
from tests.support.eventually import eventually

REASON: Final = {"reason": "L'équipe en a décidé ainsi."}
REQUEST: Final = "/enrollments/{enrollment_id}"
SHEET: Final = "/sessions/{session_id}/attendance"
ACTS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("POST", f"{REQUEST}/acceptance"): ("employer", "staff"),
    ("POST", f"{REQUEST}/refusal"): ("employer", "staff"),
    ("POST", f"{REQUEST}/agreement-withdrawal"): ("employer", "staff"),
    ("POST", f"{REQUEST}/validation"): ("trainer", "staff"),
    ("POST", f"{REQUEST}/decline"): ("trainer", "staff"),
    ("POST", f"{REQUEST}/question"): ("trainer", "staff"),
    ("POST", f"{REQUEST}/answer"): ("person",),
    ("POST", f"{REQUEST}/withdrawal"): ("person", "employer", "staff"),
    ("POST", f"{REQUEST}/abandonment"): ("person", "employer", "trainer", "staff"),
    ("POST", f"{REQUEST}/undo"): ("employer",),
    ("POST", f"{REQUEST}/reopening"): ("staff",),
    ("POST", f"{REQUEST}/promotion"): ("staff",),
    ("POST", f"{REQUEST}/transfer"): ("staff",),
    ("POST", "/sessions/{session_id}/messages"): ("trainer", "staff"),
    ("POST", "/left-open/{left_open_id}/decision"): ("staff",),
    ("POST", "/proposals"): ("employer", "trainer", "staff"),
    ("POST", "/proposals/{proposal_id}/consent"): ("person",),
    ("PUT", f"{SHEET}/slots/{{slot_id}}"): ("trainer", "staff"),
    ("POST", f"{SHEET}/closure"): ("trainer", "staff"),
    ("POST", f"{SHEET}/people"): ("trainer", "staff"),
    ("POST", f"{SHEET}/reopening"): ("trainer", "staff"),
    ("PUT", f"{SHEET}/lines/{{enrollment_id}}"): ("trainer", "staff"),
    ("POST", "/cart/validation"): ("beneficiary",),
    ("PUT", "/rules/{name}"): ("staff",),
}
"""Every act that needs a right, with the roles that give it."""
WITHOUT_RIGHT: Final = {
    ("PUT", "/cart/sessions/{session_id}"),
    ("DELETE", "/cart/sessions/{session_id}"),
    ("PUT", "/cart/lines/{session_id}/motivation"),
    ("POST", "/eligibility"),
}
"""Everybody who is signed in may change their own cart, which nobody else sees and which decides nothing, and ask what
the rules say, which stores nothing."""
WITHOUT_LOCK: Final = {
    ("POST", "/proposals/{proposal_id}/decline"),
    ("POST", f"{REQUEST}/notes"),
    ("POST", "/rules/{name}/preview"),
    ("POST", "/deliveries/replay"),
    ("POST", "/deliveries/{number}/replay"),
    ("POST", "/deliveries/{number}/drop"),
}
"""They wait for no lock after the right was read."""
WRITTEN: Final = (
    "SELECT id FROM session_messages",
    "SELECT id, version FROM proposals",
    "SELECT id, decision FROM left_open",
    "SELECT id, version FROM enrollments",
    "SELECT aggregate_id, version FROM enrollment_history",
    "SELECT id FROM presences",
    "SELECT aggregate_id, version FROM sheet_history",
    "SELECT name, version FROM rules",
    "SELECT session_id FROM carts",
    "SELECT id, held, last_queue_number, attendance_closed_at FROM sessions",
    "SELECT event_id FROM outbox WHERE name NOT LIKE '%occupancy_changed%'",
)


class Stage:
    """A session with four people of one structure, and requests in every state in which somebody may act."""

    def __init__(self, service: EnrollmentService) -> None:
        self.service = service
        self.session = uuid4()
        self.other = uuid4()
        self.ids: dict[str, UUID] = {}
        self.people: list[Person] = []
        self.requests: list[UUID] = []

    async def set(self) -> None:
        service = self.service
        self.session = await service.session(4)
        self.people = await service.people(4, structure_id=uuid4())
        self.requests = [await service.request(person, self.session) for person in self.people]
        # one waits for the employer, two hold the seats of the cap, the last one is queued though seats are free
        for request in self.requests[1:]:
            assert (await service.accepts(request)).status_code == 200
        assert [seat for seat, _ in (await service.seats(self.session)).values()] == ["held", "held", "queued"]

    async def call(self, act: tuple[str, str], role: str) -> httpx.Response:
        """The act, by somebody who has the right when the call begins."""
        method, template = act
        _, waiting, held, queued = self.people[0], *self.requests[:2], self.requests[3]
        if any(word in template for word in ("acceptance", "refusal", "reopening")):
            request = waiting
        else:
            request = queued if "promotion" in template else held
        slot = self.service.sessions[self.session].slots[0].id
        path = template.format(
            enrollment_id=request, session_id=self.session, slot_id=slot, name="structure_cap", **self.ids
        )
        headers = {"If-Match": '"0"'} if "rules" in template else {}
        return await self.service.call(method, path, self.body(template), by=self.account(role), **headers)

    def account(self, role: str) -> UUID:
        known = {"employer": self.service.employer, "trainer": self.service.trainer, "staff": self.service.staff}
        return known.get(role) or self.people[1].account_id

    def body(self, template: str) -> dict[str, Any] | None:
        bodies: dict[str, dict[str, Any]] = {
            "transfer": {"session_id": str(self.other), **REASON},
            "messages": {"to": "held", "subject": "Salle changée", "text": "Salle B."},
            "left-open": {"decision": "cancel", **REASON},
            "consent": {},
            "proposals": {
                "kind": "transfer",
                "enrollment_id": str(self.requests[1]),
                "session_id": str(self.other),
                **REASON,
            },
            "question": {"question": "Quel public ?"},
            "answer": {"answer": "Des jeunes."},
            "slot_id": {"presences": [{"enrollment_id": str(self.requests[1]), "present": True}], **REASON},
            "closure": self.closing,
            "people": {"enrollment_id": str(self.requests[3]), **REASON},
            "lines": {
                "slots": [
                    {"slot_id": str(slot.id), "status": "excused"} for slot in self.service.sessions[self.session].slots
                ],
                **REASON,
            },
            "name": {"enabled": True, "value": {"people": 3}},
            "cart": {
                "structure_id": str(self.people[1].structure_id),
                "lines": [{"session_id": str(self.session), "motivation": "Progresser."}],
            },
        }
        special = next((body for word, body in bodies.items() if word in template), REASON)
        return None if "undo" in template else special

    @property
    def closing(self) -> dict[str, Any]:
        """The second of those who hold a seat was never validated."""
        return {"undecided": [{"enrollment_id": str(self.requests[2]), "act": "cancel"}], **REASON}

    async def prepare(self, template: str) -> None:
        """What the act needs beyond the four requests."""
        service, held = self.service, self.requests[1]
        if "abandonment" in template:
            await begins(service, self.session)
        if template == f"{REQUEST}/reopening":
            await service.decides(service.employer, self.requests[0], "refusal", **REASON)
        await self.prepare_people(template)
        await self.prepare_the_sheet(template)
        if "answer" in template:
            await service.decides(service.trainer, held, "question", question="Pourquoi ?")
        if "cart" in template:
            await service.withdraws(self.people[1], held)
            await service.call("PUT", f"/cart/sessions/{self.session}", by=self.people[1].account_id)

    async def prepare_people(self, template: str) -> None:
        """Another session, a proposal, or a person whose requests are left open."""
        service = self.service
        if "transfer" in template or "proposals" in template:
            self.other = await service.session(2, training_id=service.sessions[self.session].training_id)
        if "consent" in template:
            made = await service.call("POST", "/proposals", self.body("proposals"), by=service.trainer)
            self.ids["proposal_id"] = UUID(made.json()["id"])
        if "left-open" in template:
            account = service.account(self.people[1].account_id, disabled=True, version=2).account
            await service.tell(AccountUpdated(occurred_at=service.now, account=account))
            self.ids["left_open_id"] = (await service.rows("SELECT id FROM left_open"))[0].id

    async def prepare_the_sheet(self, template: str) -> None:
        """A session that has begun, its presences, and a closed sheet."""
        service, held = self.service, self.requests[1]
        if "attendance" in template:
            await service.decides(service.trainer, held, "validation")
            await service.moves(self.session, YESTERDAY)
            await service.clock()
        if template.startswith(SHEET) and not template.endswith(("people", "{slot_id}")):
            for slot in service.sessions[self.session].slots:
                body = {"presences": [{"enrollment_id": str(held), "present": True}]}
                path = f"/sessions/{self.session}/attendance/slots/{slot.id}"
                assert (await service.call("PUT", path, body, by=service.trainer)).status_code == 200
        if template == f"{SHEET}/reopening" or "lines" in template:
            path = f"/sessions/{self.session}/attendance/closure"
            assert (await service.call("POST", path, self.closing, by=service.trainer)).status_code == 200

    async def take_away(self, role: str, tx: Transaction) -> None:
        """Deliver the event that ends the right. `tx` holds the lock: the copy of the session changes within it."""
        service, person = self.service, self.people[1]
        if role == "trainer":
            await keep_session(tx, service.next_of(self.session, trainer_ids=(uuid4(),)), now=service.now)
        elif role == "staff":
            await service.tell(service.account(service.staff, is_staff=False, version=2))
        elif role == "person":
            await service.tell(service.account(person.account_id, disabled=True, version=2))
        else:
            account = service.employer if role == "employer" else person.account_id
            changed = service.attachment(account, person.structure_id, "referent", version=2)
            before = ("beneficiary",) if role == "beneficiary" else ("employer",)
            await service.tell(
                AttachmentStatusesChanged(
                    occurred_at=service.now, attachment=changed, before=before, changed_by=service.staff
                )
            )

    async def written(self) -> list[Any]:
        return [sorted(map(tuple, await self.service.rows(statement))) for statement in WRITTEN]


@pytest.fixture
async def stage(service: EnrollmentService) -> Stage:
    made = Stage(service)
    await made.set()
    return made


async def while_held(
    stage: Stage, act: tuple[str, str], role: str, meanwhile: Callable[[Transaction], Awaitable[None]]
) -> httpx.Response:
    """Lock by hand what the act decides; do something as soon as the act waits for the lock; then let it go."""
    service = stage.service
    if "cart" in act[1]:
        lock, locked = "SELECT id FROM accounts WHERE id = :id FOR UPDATE", stage.account(role)
    else:
        training = "(SELECT training_id FROM sessions WHERE id = :id)"
        lock = f"SELECT id FROM sessions WHERE training_id = {training} ORDER BY id FOR UPDATE"
        locked = stage.session

    async def is_waiting() -> bool:
        assert not task.done(), f"it did not wait: {task.result().status_code} {task.result().text}"
        waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(await service.rows(waits))

    async with service.database.transaction() as work:
        await work.connection.execute(text(lock), {"id": locked})
        task = asyncio.ensure_future(stage.call(act, role))
        await eventually(is_waiting)
        await meanwhile(Transaction(work))
    return await task


@pytest.mark.parametrize(("act", "role"), [(act, role) for act, roles in ACTS.items() for role in roles])
async def test_a_right_that_ended_while_the_act_waited_refuses_it(
    stage: Stage, act: tuple[str, str], role: str
) -> None:
    await stage.prepare(act[1])
    before = await stage.written()

    answer = await while_held(stage, act, role, lambda tx: stage.take_away(role, tx))

    assert answer.status_code == (422 if role == "beneficiary" else 404), answer.text
    assert await stage.written() == before
    assert await stage.service.audit() == []


@pytest.mark.parametrize("act", list(ACTS))
async def test_the_same_act_that_waited_and_kept_its_right_is_done(stage: Stage, act: tuple[str, str]) -> None:
    async def nothing(_: Transaction) -> None:
        """Only wait."""

    await stage.prepare(act[1])
    answer = await while_held(stage, act, ACTS[act][0], nothing)
    assert answer.is_success, answer.text


async def test_every_act_of_the_api_is_in_the_list(service: EnrollmentService) -> None:
    served = {
        (method.upper(), path.removeprefix(BASE))
        for path, operations in service.app.openapi()["paths"].items()
        for method in operations
        if method != "get"
    }
    assert served == set(ACTS) | WITHOUT_RIGHT | WITHOUT_LOCK
