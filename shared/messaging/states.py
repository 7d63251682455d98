"""The owner's side of a rebuilding: which queries read its present state."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam

from shared.contracts.message import Snapshot
from shared.contracts.states import KINDS, ErasedState, StateListed, StateRequested, States, kind_of, owner_of
from shared.database import Database

PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class State:
    """How one kind of state is read: every row that other services have been told of, with its version."""

    snapshot: type[Snapshot]
    rows: Select[Any]
    key: ColumnElement[Any]
    """The column of the aggregate's id, by which the rows are ordered."""
    read: Callable[[Row[Any]], Snapshot | ErasedState]


class OwnStates:
    """All states that a service owns, declared in its `storage/states.py`."""

    def __init__(self, service: str, *states: State) -> None:
        """Raises ValueError if a kind that the service owns is missing, or one is not its own."""
        self._by_kind = {kind_of(state.snapshot): state for state in states}
        self._statements = {
            kind: state.rows.add_columns(state.key.label("key"))
            .where(state.key > bindparam("after", type_=Uuid()))
            .order_by(state.key)
            .limit(bindparam("limit"))
            for kind, state in self._by_kind.items()
        }
        own = {kind for kind in KINDS if owner_of(kind) == service}
        if own != set(self._by_kind):
            text = f"{service} must read the states {sorted(own)}, it reads {sorted(self._by_kind)}"
            raise ValueError(text)

    @property
    def kinds(self) -> set[str]:
        return set(self._by_kind)

    async def page(self, database: Database, request: StateRequested) -> StateListed | None:
        """The page after the last id; None for a kind that this service does not own."""
        state = self._by_kind.get(request.kind)
        if state is None:
            return None
        async with database.engine.connect() as connection:
            parameters = {"after": request.after, "limit": PAGE}
            rows = (await connection.execute(self._statements[request.kind], parameters)).all()
        read = [state.read(row) for row in rows]
        states = {request.kind: tuple(each for each in read if not isinstance(each, ErasedState))}
        return StateListed(
            kind=request.kind,
            round=request.round,
            after=request.after,
            until=rows[-1].key if len(rows) == PAGE else None,
            states=States(**states),
            erased=tuple(each for each in read if isinstance(each, ErasedState)),
        )
