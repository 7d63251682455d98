"""The load: people who ask for a training, and whose request is decided. Every call is repeated until it is answered.

A call that fails is repeated with the same Idempotency-Key, as a front-end repeats it. So each journey ends, and it is
known what its acts must have led to, whatever was killed meanwhile.
"""

import asyncio
import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from tests.compose.people import Town, World
from tests.e2e.people import Person, Unexpected

GIVEN_UP_AFTER: Final = 150.0
PAUSE: Final = 0.3
LOOKS_EVERY: Final = 0.2
TRAVELLERS: Final = 6
DONE: Final = "decided-meanwhile"
"""What a decision answers that was taken already: only calls that make something know their key again."""
UNAVAILABLE: Final = frozenset({500, 502, 503, 504})
SHARES: Final = {"refusal": 2, "acceptance": 1, "validation": 3, "decline": 1, "withdrawal": 3}
"""How the journeys end, of ten."""
ENDS: Final = {
    "refusal": "refused", "acceptance": "awaiting_trainer", "validation": "validated", "decline": "declined",
    "withdrawal": "withdrawn",
}  # fmt: skip


class Lost(Exception):
    """A call was not answered as it must be."""


@dataclass(frozen=True, slots=True)
class Journey:
    """One person's way with one session, and how it ends."""

    person: Person
    town: Town
    session: dict[str, Any]
    end: str


@dataclass
class Load:
    """All journeys, in `TRAVELLERS` lines. `phase` names what is being done to the containers meanwhile."""

    world: World
    seed: int = 2026
    phase: str = ""
    done: int = 0
    requests: dict[str, str] = field(default_factory=dict)
    """The state that must be found in the end, by the id of the request."""
    ends: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Answers that were repeated, by phase and kind."""
    slowest: dict[str, float] = field(default_factory=dict)
    """Seconds until the slowest call of a phase was answered, repetitions included."""
    last_error: float = 0.0
    _waiting: list[deque[Journey]] = field(default_factory=list)
    _turn: int = 0

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311 - not a secret
        everybody = [(person, town) for town in self.world.towns for person in town.beneficiaries]
        kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
        lines = [everybody[first::TRAVELLERS] for first in range(TRAVELLERS)]
        self._waiting = [
            deque(
                Journey(person, town, session, chance.choice(kinds))
                for session in self.world.sessions
                for person, town in line
            )
            for line in lines
        ]

    async def travel(self, journeys: int) -> None:
        """Make that many journeys more; a line that is finished helps no other, because a person has one cart."""
        shares = [journeys // TRAVELLERS] * TRAVELLERS
        for _ in range(journeys % TRAVELLERS):
            shares[self._turn % TRAVELLERS] += 1
            self._turn += 1
        async with asyncio.TaskGroup() as group:
            for line, share in zip(self._waiting, shares, strict=True):
                group.create_task(self._follow(line, share))

    async def look(self) -> None:
        """A visitor who opens the pages again and again, until the task is cancelled."""
        async with httpx.AsyncClient(base_url=self.world.stack.url, timeout=20, trust_env=False) as visitor:
            while True:
                try:
                    answer = await visitor.get("/")
                    self._note(f"page {answer.status_code}" if answer.status_code >= 500 else None)
                except httpx.TransportError as error:
                    self._note(f"page {type(error).__name__}")
                await asyncio.sleep(LOOKS_EVERY)

    async def _follow(self, line: deque[Journey], share: int) -> None:
        for _ in range(share):
            await self._make(line.popleft())
            self.done += 1

    async def _make(self, journey: Journey) -> None:
        person, session = journey.person, journey.session["id"]
        await self._call(person, "PUT", f"enrollment/v1/cart/sessions/{session}", 204)
        lines = [{"session_id": session, "motivation": "Mes missions ont changé cette année."}]
        body = {"structure_id": journey.town.structure["id"], "lines": lines}
        made = await self._call(person, "POST", "enrollment/v1/cart/validation", 201, body)
        [request] = [one["id"] for one in made["requests"]]
        self.requests[request] = "awaiting_employer"
        path = f"enrollment/v1/enrollments/{request}"
        reason = {"reason": "Effectif insuffisant ce jour-là."}
        if journey.end == "refusal":
            await self._call(journey.town.employer, "POST", f"{path}/refusal", 200, reason)
        else:
            await self._call(journey.town.employer, "POST", f"{path}/acceptance", 200)
        if journey.end in {"validation", "decline"}:
            await self._call(self.world.trainer, "POST", f"{path}/{journey.end}", 200, reason)
        elif journey.end == "withdrawal":
            await self._call(person, "POST", f"{path}/withdrawal", 200)
        self.requests[request] = ENDS[journey.end]
        self.ends[journey.end] += 1

    async def _call(self, person: Person, method: str, path: str, expected: int, body: Any = None) -> Any:
        """Make a call until it has the expected answer. Another one than that of an absent process is not repeated."""
        begun, key, phase = time.monotonic(), str(uuid4()), self.phase
        kind: str | None = None
        while time.monotonic() < begun + GIVEN_UP_AFTER:
            try:
                answer = await person.send(method, path, body, **{"Idempotency-Key": key})
                if answer.status_code == expected:
                    self.calls[phase] += 1
                    self.slowest[phase] = max(self.slowest.get(phase, 0.0), time.monotonic() - begun)
                    return answer.json() if answer.content else None
                if answer.status_code == httpx.codes.UNAUTHORIZED:  # access tokens live for ten minutes
                    await person.sign_in()
                    continue
                if kind and answer.status_code == httpx.codes.CONFLICT and DONE in answer.text:
                    return None  # the answer that got lost was a success; the state is checked in the end
                if answer.status_code not in UNAVAILABLE:
                    raise Lost(str(Unexpected(answer, expected)))
                kind = str(answer.status_code)
            except httpx.TransportError as error:
                kind = type(error).__name__
            except Unexpected as error:
                kind = f"sign-in: {str(error).partition('→')[2][:4].strip()}"
            self._note(kind)
            await asyncio.sleep(PAUSE)
        raise Lost(f"{method} {path} has had no answer for {GIVEN_UP_AFTER} s")

    def _note(self, kind: str | None) -> None:
        if kind is not None:
            self.errors[self.phase, kind] += 1
            self.last_error = time.monotonic()
