"""Mounted as `sitecustomize.py` of a process: SIGUSR1 makes it hold 400 MiB more, as a leak would."""

import signal

HELD: list[bytes] = []


def _hold(*_: object) -> None:
    HELD.append(b"x" * (400 * 1024 * 1024))


signal.signal(signal.SIGUSR1, _hold)
