"""Runs an embedded installation: its data folder, its database, its services, its port."""

import asyncio
import fcntl
import gc
import os
import secrets
import shutil
import socket
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Final

import typer
import uvicorn
from starlette.middleware.trustedhost import TrustedHostMiddleware

from deploy.embedded import demo as demonstration
from deploy.embedded.composition import (
    AGENCY,
    DEFINITIONS,
    STAFF_EMAIL,
    Running,
    compose,
    migrate_all,
    settings_of,
    staff_settings,
)
from deploy.embedded.demo.client import Stuck
from deploy.embedded.demo.people import ACCOUNTS, PASSWORD
from deploy.embedded.front import front
from deploy.embedded.gateway import Gateway
from deploy.embedded.limits import LimitedProtocol
from deploy.embedded.mailbox import mailbox
from deploy.embedded.pages import pages
from deploy.embedded.postgres import EmbeddedPostgres, stop_left_over
from shared import tracing
from shared.settings import TraceSettings
from shared.telemetry import configure_logging

HOST: Final = "127.0.0.1"
KEY_FILE: Final = "key-passphrase"
"""The file of the data folder with the passphrase of the keys that sign access tokens."""
HOSTS: Final = ("localhost", HOST, "[::1]", "::1")
"""The names under which every installation may be called."""
USED, DEMO_BEGUN, DEMO_DONE = "used", "demo-begun", "demo-done"
"""Marker files of the data folder: it was used before, the creation of the demo data began, and it finished."""


class InUse(Exception):
    """Another process uses the port or the data folder; the text is one sentence with what to do."""


class Installation:
    """One data folder served on one port."""

    def __init__(self, folder: Path, port: int, *, demo: bool, keeps_mails: bool, host_name: str | None = None) -> None:
        """`demo`: create the demo data if the installation is new; `keeps_mails`: show mails and send none;
        `host_name`: one more name under which the installation may be called.
        """
        self._folder = folder
        self._port = port
        self._demo = demo
        self._keeps_mails = keeps_mails
        self._staff = staff_settings(demo=demo)
        self._hosts = [*HOSTS, *([host_name] if host_name else [])]
        self._address = f"http://localhost:{port}"

    async def run(self) -> None:
        """Serve until cancelled, or until a part fails."""
        began = time.monotonic()
        configure_logging("WARNING", "embedded")
        traces = tracing.exported("embedded", TraceSettings())
        with _listening(self._port) as listener, _locked(self._folder), traces:
            postgres = EmbeddedPostgres(self._folder / "postgres")
            postgres.start()
            try:
                await postgres.prepare(DEFINITIONS)
                passphrase, is_new = key_passphrase(self._folder)
                settings = settings_of(
                    postgres,
                    self._address,
                    key_passphrase=passphrase,
                    keeps_mails=self._keeps_mails,
                    staff=self._staff,
                )
                await migrate_all(settings)
                if is_new:
                    await postgres.remove_signing_keys()
                await self._serve(compose(settings), listener, began)
            finally:
                postgres.stop()

    async def _serve(self, services: Mapping[str, Running], listener: socket.socket, began: float) -> None:
        notifier_database = services["notifier"].databases[0]
        key = _mailbox_key(self._folder)
        mails = mailbox(notifier_database, key) if self._keeps_mails else []
        staff_email = self._staff["first_staff_email"]
        shown = pages(self._address, (self._folder / DEMO_DONE).exists, mails, staff_email=staff_email)
        gateway = Gateway({name: service.app for name, service in services.items()}, shown)
        gateway.front = pages_of_people = front(
            gateway, address=self._address, key=_secret(self._folder, "cookie-key"), agency=AGENCY, desk=STAFF_EMAIL,
            is_trial=self._keeps_mails,
        )  # fmt: skip
        # a page of another host, whose name was made to lead here, must not be answered
        known_hosts = TrustedHostMiddleware(gateway, allowed_hosts=self._hosts, www_redirect=False)
        config = uvicorn.Config(
            known_hosts,
            http=LimitedProtocol,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            proxy_headers=False,
        )
        # the server runs no lifespan, because the services have none
        opened = pages_of_people.router.lifespan_context(pages_of_people)
        async with _closing(services), opened, asyncio.TaskGroup() as tasks:
            workers = [tasks.create_task(service.worker.run()) for service in services.values()]
            server = _Server(config)
            serving = tasks.create_task(server.serve(sockets=[listener]))
            await server.begun.wait()
            await self._fill(key)
            gc.collect()
            gc.freeze()  # objects of the start live until the end: without this, each full collection would scan them
            self._greet(time.monotonic() - began, key)
            await serving
            for worker in workers:
                worker.cancel()

    async def _fill(self, mailbox_key: str) -> None:
        used, begun, done = (self._folder / name for name in (USED, DEMO_BEGUN, DEMO_DONE))
        if begun.exists() and not done.exists():
            typer.echo("The demo data is incomplete: its creation was interrupted. Run `make reset` and start again.")
        is_new = not used.exists()
        used.touch()
        if not (self._demo and self._keeps_mails and is_new):
            return
        typer.echo("A new installation: creating the demo data through the APIs, which takes some seconds …")
        begun.touch()
        try:
            await demonstration.fill(self._address, STAFF_EMAIL, mailbox_key)
        except Stuck as error:
            typer.echo(f"The demo data could not be finished: {error}")
        else:
            done.touch()

    def _greet(self, seconds: float, mailbox_key: str) -> None:
        lines = [f"ParcoursPro is ready after {seconds:.1f} s: {self._address}", ""]
        if (self._folder / DEMO_DONE).exists():
            lines += [
                f"Demo accounts, password {PASSWORD}",
                *(f"  {account.email:<40} {account.role}" for account in ACCOUNTS),
                "",
            ]
        else:
            kept = "in the mailbox" if self._keeps_mails else "in the mail to it"
            lines += [f"The first staff account is {self._staff['first_staff_email']}: its link is {kept}.", ""]
        lines += [
            "What to try:",
            f"  {self._address}/          the pages of an agency",
            f"  {self._address}/essai     the accounts to try it with",
            f"  {self._address}/api/docs  the API of each service, to read and to try",
        ]
        if self._keeps_mails:
            lines.append(f"  {self._address}/mailbox?key={mailbox_key}  every mail that was sent")
        lines += [
            "This mode is for trying: it is not for the data of real people.",
            "Ctrl-C stops it; the data is kept. `make reset` deletes it.",
        ]
        typer.echo("\n".join(lines))


class _Server(uvicorn.Server):
    """A server that sets the event `begun` when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.begun = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.begun.set()


def _mailbox_key(folder: Path) -> str:
    """The key of the mailbox: from the environment, or made here."""
    return os.environ.get("PARCOURSPRO_MAILBOX_KEY") or _secret(folder, "mailbox-key")


def _secret(folder: Path, name: str) -> str:
    """A secret that is made once and kept in a file that only its owner reads."""
    file = folder / name
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()


@asynccontextmanager
async def _closing(services: Mapping[str, Running]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for service in services.values():
            for database in service.databases:
                await database.close()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    # asyncio sets TCP_NODELAY only if the socket has an explicit protocol; without TCP_NODELAY each answer on a
    # keep-alive connection is 40 ms late
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as error:
            text = f"Port {port} is taken: stop what listens there, or choose another one with PORT=8001 make run."
            raise InUse(text) from error
        yield listener


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the folder; the lock ends with the process, even after a crash."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            text = f"Another process runs on {folder}: stop it first, or choose another folder with PARCOURSPRO_DATA."
            raise InUse(text) from error
        yield


def key_passphrase(folder: Path) -> tuple[str, bool]:
    """The passphrase that encrypts the keys of access tokens, and whether it was made now: then no key has it yet."""
    file = folder / KEY_FILE
    is_new = not file.exists()
    if is_new:
        file.touch(mode=0o600)
        file.write_text(token_urlsafe(32))
    return file.read_text(), is_new


def reset(folder: Path) -> None:
    """Delete the data; raises InUse while a process uses it."""
    if not folder.exists():
        return
    with _locked(folder):
        stop_left_over(folder / "postgres")
        with suppress(FileNotFoundError):
            shutil.rmtree(folder)
