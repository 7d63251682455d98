"""`python -m bench [events] [writes] [latency] [--rounds N]`: measure, and print the table (README.md says how to read it)."""

import argparse
import asyncio
import sys

from rich.console import Console

from bench import events, latency, writes
from bench.report import Comparison, heading, table
from bench.stage import Stage
from bench.world import World, enrollment_with
from tests.support.broker import Broker
from tests.support.postgres import EmbeddedServer, TestServer

PARTS = ("events", "writes", "latency")


async def measure(stage: Stage, parts: list[str], rounds: int, console: Console) -> None:
    """Run ours and the floor in turn, the order changing each round, so that what else the machine does touches both alike."""
    comparisons: list[Comparison] = []
    if "events" in parts:
        compared = Comparison("events: outbox row → effect in another service, per second", aim=0.7)
        comparisons.append(compared)
        for number in range(rounds):
            if number % 2:
                compared.add(await events.ours(stage), await events.floor(stage))
            else:
                by_hand = await events.floor(stage)
                compared.add(await events.ours(stage), by_hand)
            console.print(compared.last)
    world = World()
    filled = await enrollment_with(stage, world) if {"writes", "latency"} & set(parts) else ""
    if "writes" in parts:
        validations, acceptances = (
            Comparison("validations of a cart of 2 lines, per second", aim=0.4),
            Comparison("acceptances, per second", aim=0.4),
        )
        comparisons += [validations, acceptances]
        for number in range(rounds):
            first, second = (writes.ours, writes.floor) if number % 2 else (writes.floor, writes.ours)
            found = {first: await first(stage, world, filled), second: await second(stage, world, filled)}
            ours, floor = found[writes.ours], found[writes.floor]
            validations.add(ours.validations, floor.validations)
            acceptances.add(ours.acceptances, floor.acceptances)
            console.print(validations.last, acceptances.last)
    delay = await latency.measure(stage, world, filled) if "latency" in parts else None
    console.print(table(comparisons, delay))


async def main() -> None:
    """Start the servers, measure, stop them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure; all when left out")
    parser.add_argument("--rounds", type=int, default=5, help="how often ours and the floor take turns")
    arguments = parser.parse_args()
    console = Console(width=110 if not sys.stdout.isatty() else None)
    broker = Broker()
    broker.start()
    try:
        with EmbeddedServer() as url:
            console.print(await heading(url, broker))
            await measure(Stage(TestServer(url), broker), arguments.parts or list(PARTS), arguments.rounds, console)
    finally:
        broker.stop()


if __name__ == "__main__":
    asyncio.run(main())
