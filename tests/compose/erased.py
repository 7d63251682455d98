"""After an erasure, no row, queue or line of a log of the running system tells who the person was.

docs/personal-data.md lists what stays in files for some time and why: what databases and the broker have freed.
"""

import asyncio
import time
from typing import Final

from tests.compose import checks
from tests.compose.faults import Say, Wrong
from tests.compose.people import World, join
from tests.compose.stack import SERVICES, Stack, run
from tests.e2e.people import Person
from tests.support.traces import words_in

FIRST: Final = "Ysoline"
LAST: Final = "Quatrebarbes"
MOTIVATION: Final = "Je prépare un atelier sur la palissandrerie."
REASON: Final = "Le planning amarantique est complet."
WORDS: Final = (FIRST, LAST, "palissandrerie", "amarantique")
"""Words that nobody else writes: the names, one of the motivation, one of a reason; the address has the names."""
WITHIN: Final = 120.0


async def nobody_is_found(stack: Stack, world: World, say: Say) -> None:
    """A person asks for a training, is refused, and has the account erased; then everything is searched."""
    person = await _refused(world)
    begun = time.monotonic()
    if not await _found(stack):
        raise Wrong("the search finds nothing while the account is there")
    await person.call("POST", "identity/v1/me/erasure", {"password": person.password}, expect=202)
    await _erased(stack, person)
    await person.http.aclose()
    await checks.drained(stack, say)
    if found := await _found(stack):
        raise Wrong(f"after the erasure: {found}")
    say(f"  after an erasure nothing is found in {len(SERVICES)} databases, the queues and all logs "
        f"({time.monotonic() - begun:.0f} s)")  # fmt: skip


async def _refused(world: World) -> Person:
    town = world.towns[0]
    await town.employer.sign_in()  # access tokens live for ten minutes, and a long drill is before this
    person = await join(world, town, FIRST, LAST, f"{FIRST}.{LAST}@exemple.example".lower())
    session = world.sessions[0]["id"]
    await person.call_until("PUT", f"enrollment/v1/cart/sessions/{session}", expect=204)
    lines = [{"session_id": session, "motivation": MOTIVATION}]
    body = {"structure_id": town.structure["id"], "lines": lines}
    made = await person.call("POST", "enrollment/v1/cart/validation", body, expect=201)
    [request] = [one["id"] for one in made["requests"]]
    await town.employer.call("POST", f"enrollment/v1/enrollments/{request}/refusal", {"reason": REASON})
    return person


async def _erased(stack: Stack, person: Person) -> None:
    """Wait until each service has a tombstone."""
    begun = time.monotonic()
    tombstone = f"SELECT count(*) FROM accounts WHERE id = '{person.id}' AND first_name = 'Compte';"
    while [await stack.query(service, tombstone) for service in SERVICES] != [[["1"]]] * len(SERVICES):
        if time.monotonic() > begun + WITHIN:
            ledger = await stack.query("identity", "SELECT state, obligations FROM erasures;")
            raise Wrong(f"not erased after {WITHIN} s: {ledger}")
        await asyncio.sleep(0.5)


async def _found(stack: Stack) -> dict[str, list[str]]:
    """Where the words stand, whatever their case: dumps of the databases, and what every container wrote."""
    places = {f"database {service}": await _dump(stack, service) for service in SERVICES}
    for one in await stack.containers():
        places[f"log of {one.name}"] = await run("/bin/sh", "-c", f"docker logs {one.id} 2>&1")
    return {place: words for place, text in places.items() if (words := words_in(text, WORDS))}


async def _dump(stack: Stack, service: str) -> str:
    return await stack.compose("exec", "-T", "postgres", "pg_dump", "-U", "postgres", "--data-only", service)
