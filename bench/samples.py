"""What processes, databases and the broker use, sampled again and again, and whether it stays the same."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from statistics import median
from urllib.parse import unquote, urlsplit

import psutil

from bench.report import Drift
from bench.servers import Servers, observer

CONNECTIONS = """
    SELECT coalesce(nullif(application_name, ''), 'unnamed') AS name, count(*) AS number FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() GROUP BY 1
"""
TABLES = """
    SELECT relname AS name, n_dead_tup AS dead, n_live_tup AS live, pg_total_relation_size(relid) AS bytes
    FROM pg_stat_user_tables
    WHERE relname IN (
        'outbox', 'inbox', 'undelivered', 'tries', 'carts', 'trainings', 'sessions', 'enrollments', 'mails'
    )
"""
KEPT = {"inbox", "enrollments", "mails"}
"""Tables that keep a row of each piece of work for long: their size for each row must stay the same, not their size."""
_OUTBOX = "SELECT count(*) FROM outbox"
WAITING = {
    "enrollment": _OUTBOX,
    "catalogue": _OUTBOX,
    "notifier": "SELECT count(*) FROM mails WHERE status = 'pending' AND next_at <= now()",
}
"""Counts what waits for each service; 0 when the work that was begun is finished."""
BROKER = """
    Queues = [io_lib:format("messages:~s=~b ", [element(4, proplists:get_value(name, Q)),
            proplists:get_value(messages, Q)])
        || Q <- rabbit_amqqueue:info_all(<<"{vhost}">>, [name, messages])],
    io:format("connections=~b channels=~b processes=~b MiB=~b ~s~n", [
        length(rabbit_networking:connections()), length(rabbit_channel:list()), erlang:system_info(process_count),
        erlang:memory(total) div 1048576, Queues]).
"""


class Sampler:
    """Takes samples of the running system, and compares the first third of them with the last one."""

    def __init__(self, servers: Servers, urls: Mapping[str, str], amqp: str, processes: Mapping[str, int]) -> None:
        """`urls`: the database of each service; `processes`: the id of each process by its name."""
        self._servers = servers
        self._urls = urls
        self._vhost = unquote(urlsplit(amqp).path[1:])
        self._processes = {name: psutil.Process(pid) for name, pid in processes.items()}
        self._samples: dict[str, list[float]] = defaultdict(list)

    def note(self, name: str, value: float) -> None:
        """Add one value of a measure."""
        self._samples[name].append(value)

    async def take(self) -> None:
        """Sample everything once."""
        for name, process in self._processes.items():
            self.note(f"{name}: RSS, MiB", process.memory_info().rss / 2**20)
            self.note(f"{name}: open files", process.num_fds())
        for name, url in self._urls.items():
            await self._read(name, url)
        await asyncio.to_thread(self._ask_broker)

    async def _read(self, service: str, url: str) -> None:
        async with observer(url) as connection:
            for row in await connection.fetch(CONNECTIONS):
                self.note(f"{service}: connections of {row['name']}", row["number"])
            for row in await connection.fetch(TABLES):
                table = f"{service}.{row['name']}"
                self.note(f"{table}: dead rows", row["dead"])
                if row["name"] in KEPT:
                    self.note(f"{table}: bytes of a row", row["bytes"] / max(1, row["live"]))
                else:
                    self.note(f"{table}: KiB", row["bytes"] / 1024)
            self.note(f"{service}: waiting", await connection.fetchval(WAITING[service]))
            self.note(f"{service}: undelivered", await connection.fetchval("SELECT count(*) FROM undelivered"))

    def _ask_broker(self) -> None:
        words = self._servers.evaluated_by_broker(BROKER.format(vhost=self._vhost))
        for word in words.split():
            name, separator, value = word.partition("=")
            if separator:
                self.note(f"broker: {name}", float(value))

    @property
    def last(self) -> str:
        """The last sample, in one line: memory and what waits."""
        shown = ("RSS", "waiting", "calls per second", "a call")
        return ", ".join(
            f"{name} {values[-1]:.0f}" for name, values in self._samples.items() if any(part in name for part in shown)
        )

    def drifts(self) -> list[Drift]:
        """The medians of the first and of the last third of the samples of each measure."""
        drifts = []
        for name, values in self._samples.items():
            third = max(1, len(values) // 3)
            drifts.append(Drift(name, median(values[:third]), median(values[-third:])))
        return drifts
