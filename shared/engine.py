"""Opens connections to a database that notice when the server is gone without a word."""

import socket
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared.compiled import compact_json

CONNECT_SECONDS: Final = 5
CANCELLED_AFTER: Final = 0.8
"""Of the time that a statement may take: the server then cancels it, if it is still there. A statement that is only
slow so differs from one whose server is gone.
"""
_KEEPALIVE: Final = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}
"""The kernel gives up a silent connection within 25 seconds, idle or not. By itself it would take from 15 minutes to
for ever."""


def make_engine(url: str, *, application: str, command_seconds: float, **options: Any) -> AsyncEngine:  # noqa: ANN401 - of the pool
    """Make an engine whose statements fail after `command_seconds`; its connection then counts as lost."""
    engine = create_async_engine(
        url,
        json_serializer=compact_json,
        hide_parameters=True,  # texts that people wrote must not be in a log
        connect_args={
            "server_settings": {
                "application_name": application,
                "jit": "off",
                "statement_timeout": str(int(command_seconds * CANCELLED_AFTER * 1000)),
            },
            "timeout": CONNECT_SECONDS,
            "command_timeout": command_seconds,
        },
        **options,
    )
    event.listen(engine.sync_engine, "handle_error", _a_silent_server_is_a_lost_one)
    event.listen(engine.sync_engine, "connect", _give_up_early)
    return engine


def _a_silent_server_is_a_lost_one(context: ExceptionContext) -> None:
    error = context.original_exception
    if isinstance(error, TimeoutError):
        context.is_disconnect = True  # discards this connection and the idle ones of the pool
        raise OperationalError(context.statement, None, error, connection_invalidated=True) from error


def _give_up_early(connection: Any, _: object) -> None:  # noqa: ANN401 - SQLAlchemy's adapter of the driver's connection
    transport = connection.driver_connection._transport  # noqa: SLF001 - the driver has no public name for it
    link = transport.get_extra_info("socket")
    if link.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not every system has all of them
            link.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
