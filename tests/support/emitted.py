"""Fails a run of the tests in which a declared message was not emitted by its service.

Each test's databases are read before they are dropped, and the names of the messages in them are collected in one file
for all processes of the run. If every test file of the publishing services passed, every declared message has to be in
that file at the end. A run of only some of these files is not checked, because it cannot emit everything.
"""

import os
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts import REGISTRY
from shared.database import Database

VARIABLE = "PARCOURSPRO_TEST_EMITTED"
ROOT = Path(__file__).parents[2]
_EMITTED = text("SELECT name FROM outbox UNION SELECT name FROM event_log")


async def collect(service: str, database: Database) -> None:
    """Add the names of the messages that the service committed to the run's file."""
    path = os.environ.get(VARIABLE)
    if path is None or service not in {message.owner for message in REGISTRY.all()}:
        return
    try:
        async with database.engine.connect() as connection:
            names = list(await connection.scalars(_EMITTED))
    except (DBAPIError, OSError):  # a drill closed this database
        return
    with Path(path).open("a", encoding="utf-8") as file:  # noqa: ASYNC230 - a line or two, after a test
        file.writelines(f"{name}\n" for name in names if name.startswith(f"{service}."))


def needed_files(root: Path = ROOT) -> set[str]:
    """The test files of the services that publish messages."""
    owners = {message.owner for message in REGISTRY.all()}
    folders = [root / "tests" / "integration" / owner for owner in sorted(owners)]
    return {path.relative_to(root).as_posix() for folder in folders for path in folder.glob("test_*.py")}


def missing(emitted: Iterable[str], passed: Collection[str], needed: Collection[str]) -> list[str] | None:
    """The declared messages that were not emitted; None if the run did not include all needed files."""
    if not needed or not set(needed) <= set(passed):
        return None
    return sorted({message.wire_name for message in REGISTRY.all()} - set(emitted))


def _not_passed(files: Collection[str]) -> str:
    """The first three of the files that were not run, were skipped or failed."""
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return f"{', '.join(sorted(files)[:3])}{more} did not pass"


class Check:
    """The pytest plugin of the process that starts the run."""

    def __init__(self, *, whole_files: bool) -> None:
        """`whole_files`: the run does not select single tests of files."""
        self._whole_files = whole_files
        handle, name = tempfile.mkstemp(prefix="emitted-")
        os.close(handle)
        self._path = Path(name)
        os.environ[VARIABLE] = name  # the processes of pytest-xdist inherit it
        self._passed: set[str] = set()
        self._failed: set[str] = set()
        self._missing: list[str] | None = None
        self._not_checked = "only some tests of the files were selected"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        file = report.nodeid.split("::")[0]
        if report.failed:
            self._failed.add(file)
        elif report.when == "call" and report.passed:
            self._passed.add(file)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        emitted = self._path.read_text(encoding="utf-8").split()
        self._path.unlink()
        del os.environ[VARIABLE]
        if self._whole_files:
            passed = self._passed - self._failed
            self._missing = missing(emitted, passed, needed_files())
            self._not_checked = _not_passed(needed_files() - passed)
        if self._missing:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._missing:
            terminalreporter.section("messages that are declared and that no service emitted", red=True)
            terminalreporter.write_line("\n".join(self._missing))
        elif self._missing is not None:
            terminalreporter.write_line("every declared message was emitted")
        else:
            terminalreporter.write_line(f"emitted messages not checked: {self._not_checked}")
