"""The current time as a dependency: use cases and domain get it as an argument."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends


async def now() -> datetime:
    """The current time in UTC. Tests override it. It is async because FastAPI runs other functions in a thread."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(now)]
