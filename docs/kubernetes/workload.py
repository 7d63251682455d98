"""The work of a worker that waits in its database and not in a queue of the broker, by service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql.asyncpg import dialect

from services.notifier.storage.queue import IS_DUE


@dataclass(frozen=True, slots=True)
class Due:
    """How much waits, and how much of it is enough for one worker."""

    counted: Select[int]
    a_worker: int

    @property
    def query(self) -> str:
        """The statement in one line."""
        postgresql = dialect()  # type: ignore[no-untyped-call]  # it has no types
        compiled = self.counted.compile(dialect=postgresql, compile_kwargs={"literal_binds": True})
        return " ".join(str(compiled).split())


DUE: Final[Mapping[str, Due]] = {
    # docs/scale.md: a worker sends 29 mails in a second, so these take it twenty
    "notifier": Due(select(func.count().label("due")).where(IS_DUE), a_worker=600),
}
