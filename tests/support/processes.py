"""Processes that a test starts, observes, kills and stops: each in its own process group, with its log in a file."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from tests.support.eventually import eventually

ROOT = Path(__file__).parents[2]
START_SECONDS = 120
STOP_SECONDS = 20
SHOWN = 6000
"""When a start fails, this many characters from the end of the log are shown."""


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """`python <arguments>` in the repository's folder, with the basic variables (PATH, …) and `environment`."""

    def __init__(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._command = [sys.executable, *arguments]
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ
        }
        self._environment = {**kept, "PYTHONUNBUFFERED": "1", **environment}
        self._log = tempfile.NamedTemporaryFile(prefix=f"{name}-", suffix=".log")  # noqa: SIM115 - closed by `close`
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. After a stop or a kill it can be started again; the log continues."""
        self._running = subprocess.Popen(  # noqa: S603 - our own command
            self._command,
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The id of the running process."""
        assert self._running is not None, f"{self.name} was not started"
        return self._running.pid

    @property
    def log(self) -> str:
        """All output so far."""
        return Path(self._log.name).read_text(errors="replace")

    async def answers(self, url: str, *, within: float = START_SECONDS) -> None:
        """Wait until `url` answers 200; show the end of the log if the process ends instead or takes too long."""

        async def is_answered() -> bool:
            assert self._running is not None, f"{self.name} was not started"
            ended = self._running.poll()
            assert ended is None, f"{self.name} ended with {ended}:\n{self.log[-SHOWN:]}"
            try:
                return (await client.get(url)).status_code == 200
            except httpx.TransportError:
                return False

        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            try:
                await eventually(is_answered, within=within)
            except AssertionError as error:
                text = f"{self.name} does not answer at {url}: {error}\n{self.log[-SHOWN:]}"
                raise AssertionError(text) from error

    def kill(self) -> None:
        """Send SIGKILL to this process only: its child processes continue, as after a crash."""
        assert self._running is not None, f"{self.name} was not started"
        os.kill(self._running.pid, signal.SIGKILL)
        self._running.wait(STOP_SECONDS)

    @property
    def has_ended(self) -> bool:
        """Whether it was started and is not running any more."""
        return self._running is not None and self._running.poll() is not None

    def wait(self) -> int:
        """Wait until the process ends by itself; return its exit code."""
        assert self._running is not None, f"{self.name} was not started"
        return self._running.wait(STOP_SECONDS)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int | None:
        """Send the signal, then SIGKILL to its group if it does not end in time.

        Return the exit code, or None if it was not running.
        """
        if self._running is None or self._running.poll() is not None:
            return None
        self._running.send_signal(by)
        try:
            return self._running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._running.pid, signal.SIGKILL)
            return self._running.wait(STOP_SECONDS)

    def close(self) -> None:
        """Stop it and delete its log."""
        self.stop()
        self._log.close()
