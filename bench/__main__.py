"""`python -m bench [events] [writes] [latency] [reads] [pages] [scale] [--rounds N]`: print tables (see README.md).

`python -m bench soak [--minutes N] [--rate N]` runs alone: it takes as long as it is told.
"""

import argparse
import asyncio
import sys

from rich.console import Console

from bench import costs, events, latency, pages, reads, report, scale, soak, writes
from bench.population import Population, filled_enrollment
from bench.report import Comparison, drifts, growth, heading, latencies, table
from bench.servers import Servers
from tests.support.broker import Broker
from tests.support.postgres import EmbeddedServer, TestServer

PARTS = ("events", "writes", "latency", "reads", "pages", "scale")
SOAK = "soak"


async def compare_events(servers: Servers, rounds: int, console: Console) -> Comparison:
    """Measure ours and the floor alternately, in changing order, so that other load affects both alike."""
    compared = Comparison("events: outbox row → effect in another service", aim=0.8)
    for number in range(rounds):
        if number % 2:
            compared.add(await events.ours(servers), await events.floor(servers))
        else:
            floor = await events.floor(servers)
            compared.add(await events.ours(servers), floor)
        console.print(compared.last)
    return compared


async def compare_writes(
    servers: Servers, population: Population, filled: str, rounds: int, console: Console
) -> list[Comparison]:
    """Measure the writes of ours and of the floor alternately, like the events."""
    validations, acceptances = (
        Comparison("validations of a cart of 2 lines", aim=0.5),
        Comparison("acceptances", aim=0.6),
    )
    for number in range(rounds):
        first, second = (writes.ours, writes.floor) if number % 2 else (writes.floor, writes.ours)
        measured = {first: await first(servers, population, filled), second: await second(servers, population, filled)}
        ours, floor = measured[writes.ours], measured[writes.floor]
        validations.add(ours.validations, floor.validations)
        acceptances.add(ours.acceptances, floor.acceptances)
        console.print(validations.last, acceptances.last)
    with_key = await writes.repeatable(servers, population, filled)
    repeatable = Comparison("validations with an Idempotency-Key (one round)", aim=0.0)
    repeatable.add(with_key.validations, validations.floor[-1])
    return [validations, acceptances, repeatable]


async def measure(servers: Servers, parts: list[str], rounds: int, console: Console) -> None:
    """Run the selected measurements and print their results."""
    comparisons: list[Comparison] = []
    if "events" in parts:
        comparisons.append(await compare_events(servers, rounds, console))
    population = Population()
    filled = await filled_enrollment(servers, population) if {"writes", "latency", "scale"} & set(parts) else ""
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
    if "scale" in parts:
        scaled = await scale.measure(servers, population, filled, console)
        console.print(report.scaled([*scaled, *await costs.measure(servers, population, filled, console)]))
        console.print(report.caught_up(await scale.catch_up(servers, console)))
    if "pages" in parts:
        times, rates, visits = await pages.measure(console)
        console.print(*(report.pages(*each) for each in times.items()))
        console.print(report.page_rates(rates), report.first_visits(visits))


async def main() -> None:
    """Start the servers, measure, stop them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, SOAK, []], help="default: all but soak")
    parser.add_argument("--rounds", type=int, default=5, help="how many times ours and the floor are each measured")
    parser.add_argument("--minutes", type=float, default=30, help="how long the soak takes")
    parser.add_argument("--rate", type=float, help="calls per second of the soak; default: half of the best rate")
    arguments = parser.parse_args()
    console = Console(width=130 if not sys.stdout.isatty() else None)
    broker = Broker()
    broker.start()
    try:
        with EmbeddedServer() as url:
            console.print(await heading(url, broker))
            servers = Servers(TestServer(url), broker)
            if SOAK in arguments.parts:
                console.print(drifts(await soak.measure(servers, arguments.minutes, arguments.rate, console)))
            else:
                await measure(servers, arguments.parts or list(PARTS), arguments.rounds, console)
    finally:
        broker.stop()


if __name__ == "__main__":
    asyncio.run(main())
