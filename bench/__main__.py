"""`python -m bench [events] [writes] [latency] [reads] [--rounds N]`: measure, and print the tables (README.md says how to read them)."""

import argparse
import asyncio
import sys

from rich.console import Console

from bench import events, latency, reads, writes
from bench.population import Population, filled_enrollment
from bench.report import Comparison, growth, heading, latencies, table
from bench.servers import Servers
from tests.support.broker import Broker
from tests.support.postgres import EmbeddedServer, TestServer

PARTS = ("events", "writes", "latency", "reads")


async def compare_events(servers: Servers, rounds: int, console: Console) -> Comparison:
    """Run ours and the floor in turn, the order changing each round, so that what else the machine does touches both alike."""
    compared = Comparison("events: outbox row → effect in another service", aim=0.8)
    for number in range(rounds):
        if number % 2:
            compared.add(await events.ours(servers), await events.floor(servers))
        else:
            by_hand = await events.floor(servers)
            compared.add(await events.ours(servers), by_hand)
        console.print(compared.last)
    return compared


async def compare_writes(
    servers: Servers, population: Population, filled: str, rounds: int, console: Console
) -> list[Comparison]:
    """The same with the writes."""
    validations, acceptances = (
        Comparison("validations of a cart of 2 lines", aim=0.5),
        Comparison("acceptances", aim=0.6),
    )
    for number in range(rounds):
        first, second = (writes.ours, writes.floor) if number % 2 else (writes.floor, writes.ours)
        found = {first: await first(servers, population, filled), second: await second(servers, population, filled)}
        ours, floor = found[writes.ours], found[writes.floor]
        validations.add(ours.validations, floor.validations)
        acceptances.add(ours.acceptances, floor.acceptances)
        console.print(validations.last, acceptances.last)
    once = await writes.repeatable(servers, population, filled)
    repeatable = Comparison("validations with an Idempotency-Key (one round)", aim=0.0)
    repeatable.add(once.validations, validations.floor[-1])
    return [validations, acceptances, repeatable]


async def measure(servers: Servers, parts: list[str], rounds: int, console: Console) -> None:
    """Run the parts and print what they found."""
    comparisons: list[Comparison] = []
    if "events" in parts:
        comparisons.append(await compare_events(servers, rounds, console))
    population = Population()
    filled = await filled_enrollment(servers, population) if {"writes", "latency"} & set(parts) else ""
    if "writes" in parts:
        comparisons += await compare_writes(servers, population, filled, rounds, console)
    if comparisons:
        console.print(table(comparisons))
    if "latency" in parts:
        paces = (latency.STEADY, latency.AT_REST)
        console.print(
            latencies({pace.name: await latency.measure(servers, population, filled, pace) for pace in paces})
        )
    if "reads" in parts:
        console.print(growth(await reads.measure(servers, console)))


async def main() -> None:
    """Start the servers, measure, stop them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all when left out")
    parser.add_argument("--rounds", type=int, default=5, help="how often ours and the floor take turns")
    arguments = parser.parse_args()
    console = Console(width=130 if not sys.stdout.isatty() else None)
    broker = Broker()
    broker.start()
    try:
        with EmbeddedServer() as url:
            console.print(await heading(url, broker))
            await measure(Servers(TestServer(url), broker), arguments.parts or list(PARTS), arguments.rounds, console)
    finally:
        broker.stop()


if __name__ == "__main__":
    asyncio.run(main())
