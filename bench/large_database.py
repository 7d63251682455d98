"""A database of enrollment or of the catalogue with the data of several years, generated in SQL, the same each time.

Enrollment: one person for each five requests, a session for each ten requests, a trainer for each fifty sessions. The
first structure has a tenth of all requests, each other one about a hundred or more. 3 % of the requests wait for an
employer; of the first structure only 30, the oldest, and the next 270 have a seat. Whatever the size, ten people and
about twenty trainings have a rare name; the oldest twentieth of the people have a first name that none of the newest
requests has.

Catalogue: the sessions, with four axes, two towns, and a word that twenty trainings have, whatever the size.

What is measured fills a page of 25 in the small database too, so that both answers show as many rows.
"""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bench.servers import Servers, observer


def id_of(kind: str, number: int) -> UUID:
    """The id of the n-th object of a kind, computed as in the SQL files."""
    return UUID(f"{kind}0000-0000-4000-8000-{number:012x}")


ACCOUNT, STRUCTURE, TRAINING, SESSION, REQUEST, AXIS = "aaaa", "5555", "7777", "8888", "eeee", "a5e5"
EMPLOYER, TRAINER, STAFF = "e0e0", "70a1", "57af"


@dataclass(frozen=True, slots=True)
class Size:
    """The number of requests; the other numbers depend on it."""

    requests: int

    @property
    def sessions(self) -> int:
        """A session for each ten requests."""
        return self.requests // 10

    @property
    def trainers(self) -> int:
        """A trainer for each fifty sessions, at most 2,000, because an agency does not have more."""
        return min(2_000, max(1, self.sessions // 50))

    @property
    def structures(self) -> int:
        """The structures beside the first one: each has a page of seats and of decisions."""
        return min(1_999, self.requests // 101)


async def fill(servers: Servers, service: str, size: Size) -> str:
    """Create a database of the service with that size; return its URL."""
    url = await servers.database(service)
    script = Path(__file__).with_name(f"large_{service}.sql").read_text()
    sizes = {
        "people": size.requests // 5, "sessions": size.sessions, "requests": size.requests, "trainers": size.trainers,
        "structures": size.structures,
    }  # fmt: skip
    async with observer(url) as connection:
        for name, value in sizes.items():
            await connection.execute("SELECT set_config($1, $2, false)", f"bench.{name}", str(value))
        await connection.execute(script)
    await servers.analyze(url)
    return url
