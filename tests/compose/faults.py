"""What is done to the containers while people travel: scaled up and down, stopped, killed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Final

import httpx

from tests.compose.journeys import Load
from tests.compose.stack import APIS, OURS, WORKERS, Stack, neighbouring_ports, run

LEAVES_WITHIN: Final = 20.0
AWAY_SECONDS: Final = 2.0
"""How long a killed container stays away, as if a supervisor needed that time to start it again."""
SETTLED_SECONDS: Final = 2.5
"""The gateway asks every two seconds where the replicas are."""
EVERYTHING: Final = (*APIS, *WORKERS, "web", "rabbitmq", "postgres", "gateway")
PUBLIC: Final = "/api/catalogue/v1/sessions"
"""What everybody may ask for."""
MOST_IMPORTANT: Final = ("enrollment-api", "notifier-worker", "rabbitmq", "postgres")
"""For a run with few journeys."""
Say = Callable[[str], None]
Fault = Callable[[], Awaitable[None]]


class Wrong(AssertionError):
    """The system did not do what it must."""


async def spread(load: Load, journeys: int, faults: Sequence[Fault]) -> None:
    """Run the faults one after the other, each while its share of the journeys is made."""
    for number, fault in enumerate(faults):
        share = journeys * (number + 1) // len(faults) - journeys * number // len(faults)
        due = load.done + share // 4
        travelling = asyncio.create_task(load.travel(share))
        try:
            while load.done < due and not travelling.done():
                await asyncio.wait({travelling}, timeout=0.05)
            await fault()
            await travelling
        finally:
            travelling.cancel()
            await asyncio.gather(travelling, return_exceptions=True)


async def scaled(stack: Stack, load: Load, journeys: int, say: Say) -> None:
    """Two replicas of everything, three workers of enrollment, then one of each again; nothing else is touched."""
    load.phase = "scaling"

    async def scale(**replicas: int) -> None:
        before = {one.name: one for one in await stack.containers()}
        begun = time.monotonic()
        await stack.scale(**replicas)
        after = {one.name: one for one in await stack.containers()}
        touched = [
            name
            for name, one in before.items()
            if not one.service.endswith("-migrate")
            and (name in after or one.service.replace("-", "_") not in replicas)
            and (name not in after or (after[name].id, after[name].started_at) != (one.id, one.started_at))
        ]
        wanted = ", ".join(f"{name}={number}" for name, number in replicas.items())
        say(f"  {wanted} in {time.monotonic() - begun:.0f} s: {len(after)} containers, {len(touched)} others touched")
        if touched:
            raise Wrong(f"scaling touched {touched}")

    both = {name.replace("-", "_"): 2 for name in OURS}
    await spread(load, journeys, [
        lambda: scale(enrollment_api=2, enrollment_worker=3),
        lambda: scale(**both),
        lambda: scale(enrollment_worker=1, notifier_worker=1),
        lambda: scale(**dict.fromkeys(both, 1)),
    ])  # fmt: skip
    if errors := {kind: number for (phase, kind), number in load.errors.items() if phase == "scaling"}:
        raise Wrong(f"errors while scaling: {errors}")
    load.phase = "two gateways"
    await _two_gateways(stack, say)


async def _two_gateways(stack: Stack, say: Say) -> None:
    """Each replica of the gateway answers on a port of the range; in the end there is one on the port of before."""
    ports = neighbouring_ports()
    stack.settings["PARCOURSPRO_PORT"] = "-".join(map(str, ports))
    await stack.scale(gateway=2)
    async with httpx.AsyncClient(trust_env=False) as visitor:
        answers = {port: (await visitor.get(f"http://localhost:{port}{PUBLIC}")).status_code for port in ports}
    say(f"  two gateways answer: {answers}")
    if set(answers.values()) != {HTTPStatus.OK}:
        raise Wrong(f"two gateways answer: {answers}")
    del stack.settings["PARCOURSPRO_PORT"]
    await stack.scale(gateway=1)


async def stopped(stack: Stack, load: Load, journeys: int, say: Say) -> None:
    """SIGTERM for each of our processes, of which there are two: each leaves in time, and nobody gets an error."""
    load.phase = "starting two of each"
    await stack.scale(**{name.replace("-", "_"): 2 for name in OURS})
    await asyncio.sleep(SETTLED_SECONDS)
    load.phase = "stopping"
    seconds: dict[str, float] = {}

    async def stop(name: str) -> None:
        one = (await stack.containers(name))[0]
        begun = time.monotonic()
        await run("docker", "stop", "--time", "30", one.id)
        seconds[name] = time.monotonic() - begun
        await run("docker", "start", one.id)
        await stack.healthy(one.name)
        await asyncio.sleep(SETTLED_SECONDS)

    await spread(load, journeys, [lambda name=name: stop(name) for name in OURS])  # type: ignore[misc]
    say("  left after SIGTERM: " + ", ".join(f"{name} {taken:.1f} s" for name, taken in seconds.items()))
    late = {name: taken for name, taken in seconds.items() if taken > LEAVES_WITHIN}
    errors = {kind: number for (phase, kind), number in load.errors.items() if phase == "stopping"}
    if late or errors:
        raise Wrong(f"left late: {late}; errors: {errors}")
    load.phase = "stopping the second ones"
    await stack.scale(**dict.fromkeys([name.replace("-", "_") for name in OURS], 1))


async def killed(stack: Stack, load: Load, journeys: int, say: Say) -> None:
    """SIGKILL for one container of each service, one after the other."""
    victims = EVERYTHING if journeys >= 100 else MOST_IMPORTANT
    await spread(load, journeys, [lambda name=name: _kill(stack, load, name, say) for name in victims])  # type: ignore[misc]


async def _kill(stack: Stack, load: Load, service: str, say: Say) -> None:
    load.phase = f"kill of {service}"
    one = (await stack.containers(service))[0]
    begun = time.monotonic()
    await run("docker", "kill", one.id)
    await asyncio.sleep(AWAY_SECONDS)
    await run("docker", "start", one.id)
    started = time.monotonic()
    await stack.healthy()  # whoever depends on it must recover by itself too
    healthy = time.monotonic() - started
    await asyncio.sleep(SETTLED_SECONDS)
    errors = {kind: number for (phase, kind), number in load.errors.items() if phase == load.phase}
    until = f"{load.last_error - begun:.1f} s" if errors else "none"
    say(f"  {service} killed: all healthy {healthy:.1f} s after its start; last error after {until}; {errors or ''}")
