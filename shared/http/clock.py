"""The time, as an argument: use cases and the domain never ask for it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends


def now() -> datetime:
    """The present, aware, in UTC. Tests override this dependency."""
    return datetime.now(UTC)


Now = Annotated[datetime, Depends(now)]
