"""What can be done with an attendance sheet at a moment, after the same checks as the acts themselves."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Literal
from uuid import UUID

from services.enrollment.domain.attendance import Slot, closable, correctable, recordable
from shared.errors import Refused

SheetMove = Literal["record", "add", "close", "reopen", "correct"]


def recordable_slots(slots: Sequence[Slot], *, closed_at: datetime | None, now: datetime) -> list[UUID]:
    """The slots whose presences can be recorded now."""
    return [] if closed_at else [slot.id for slot in slots if _passes(partial(recordable, slot, now=now))]


def sheet_moves(
    slots: Sequence[Slot], *, scheduled: bool, closed_at: datetime | None, is_trainer: bool, now: datetime
) -> list[SheetMove]:
    """What the person can do. `is_trainer`: as a trainer of the session, without the rights of staff."""
    if closed_at is not None:
        is_correctable = _passes(partial(correctable, closed_at, is_trainer=is_trainer, now=now))
        return ["reopen", "correct"] if is_correctable else []
    moves: list[SheetMove] = ["record"] if recordable_slots(slots, closed_at=None, now=now) else []
    if scheduled and _passes(partial(recordable, slots[0], now=now)):
        moves.append("add")
    return [*moves, "close"] if _passes(partial(closable, slots, now=now)) else moves


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except Refused:
        return False
    return True
