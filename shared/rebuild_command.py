"""`python -m services.<name> rebuild`: copies of other services' data are rebuilt from their owners' present state."""

import asyncio
from collections.abc import Callable, Collection

from shared.database import Database
from shared.messaging.rebuild import read_progress, start_rebuild

LOOK_EVERY = 0.5
PATIENCE = 120.0
"""How long the command waits for the next answer of an owner, in seconds."""


async def rebuild(database: Database, kinds: Collection[str], tell: Callable[[str], None]) -> bool:
    """Let the workers rebuild the copies of these kinds, and tell what comes of it. Return whether all is right."""
    async with database.transaction() as work:
        await start_rebuild(work.connection, kinds)
    told: set[str] = set()
    clock = asyncio.get_running_loop().time
    rounds, last_moved = None, clock()
    while len(told) < len(kinds):
        await asyncio.sleep(LOOK_EVERY)
        async with database.engine.connect() as connection:
            rows = await read_progress(connection, kinds)
        for row in rows:
            if row.ended_at is not None and row.kind not in told:
                told.add(row.kind)
                seconds = (row.ended_at - row.started_at).total_seconds()
                tell(
                    f"{row.kind} of {row.owner}: {row.received} compared, {row.repaired} put right, "
                    f"{row.removed} removed, after {seconds:.1f} s."
                )
        if rounds != [row.round for row in rows]:
            rounds, last_moved = [row.round for row in rows], clock()
        elif clock() - last_moved > PATIENCE:
            missing = sorted({f"{row.kind} of {row.owner}" for row in rows if row.ended_at is None})
            tell(f"No answer for {PATIENCE:.0f} s: {', '.join(missing)}. The workers go on as soon as both sides run.")
            return False
    problems = [problem for row in rows for problem in row.problems]
    for problem in problems:
        tell(problem)
    tell("Some rows are not as their owners say." if problems else "Complete: every copy is as its owner says.")
    return not problems
