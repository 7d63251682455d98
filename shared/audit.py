"""The audit of a service: rows that nobody may change, and invariants, at one moment of all tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.chains import broken_chains
from shared.database import Database
from shared.invariants import Invariants, Violation, violations


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is wrong. `changed`: one line for each place in a history that is not as it was written."""

    changed: Sequence[str]
    violated: Sequence[Violation]
    invariants: int
    most: int

    @property
    def is_clean(self) -> bool:
        return not self.changed and not self.violated

    @property
    def lines(self) -> list[str]:
        """For operators; at most `most` lines of each kind, and how many more there are."""
        more = len(self.changed) - self.most
        changed = [*self.changed[: self.most], *([f"{more} more places of histories"] if more > 0 else [])]
        broken = [line for each in self.violated for line in each.lines]
        hold = f"All {self.invariants} invariants hold."
        violated = f"{len(self.violated)} of {self.invariants} invariants do not hold."
        return [*(changed or ["No row was changed or removed."]), *broken, violated if broken else hold]


async def audited(database: Database, chains: Mapping[str, str], invariants: Invariants, *, most: int) -> Audit:
    """Read all in one transaction that sees one moment, writes nothing and blocks nobody."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        changed = await broken_chains(connection, chains)
        violated = await violations(connection, invariants, most=most)
    return Audit(changed=changed, violated=violated, invariants=len(invariants), most=most)
