"""The time, as an argument: use cases and the domain never ask for it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends


async def now() -> datetime:
    """The present, aware, in UTC. Tests override this dependency. Async, since FastAPI runs what is not in a thread."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(now)]
