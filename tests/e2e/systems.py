"""The ways to run the whole system for the end-to-end tests: embedded, and as processes with RabbitMQ."""

import importlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import services
from shared.process import ServiceDefinition
from tests.e2e.gateway import Gateway
from tests.support.eventually import eventually
from tests.support.mail import SmtpSink
from tests.support.postgres import TestServer
from tests.support.processes import SHOWN, START_SECONDS, Process, free_port

SERVICES = tuple(services.definitions())
STAFF_EMAIL = "agence@cap-exemple.example"


@dataclass(frozen=True, slots=True)
class System:
    """The addresses of a system and of its mails, and its first staff account. `processes`: empty if it is external.

    `mailbox_key`: what opens the pages of its mails, where it has such pages; `folder`: the data of an embedded one.
    """

    url: str
    mail_url: str
    staff_email: str = STAFF_EMAIL
    processes: Mapping[str, Process] = field(default_factory=dict)
    mailbox_key: str | None = None
    folder: Path | None = None


def given() -> System | None:
    """The system at PARCOURSPRO_E2E_URL (with PARCOURSPRO_E2E_MAIL_URL and PARCOURSPRO_E2E_STAFF_EMAIL) if it is set.

    A password in the address of the mails is the key of an embedded system's mailbox.
    """
    url = os.environ.get("PARCOURSPRO_E2E_URL")
    if not url:
        return None
    mail_url = os.environ["PARCOURSPRO_E2E_MAIL_URL"].rstrip("/")
    staff_email = os.environ.get("PARCOURSPRO_E2E_STAFF_EMAIL", STAFF_EMAIL)
    return System(url.rstrip("/"), mail_url, staff_email, mailbox_key=urlsplit(mail_url).password)


@asynccontextmanager
async def embedded(*, demo: bool = False) -> AsyncIterator[System]:
    """`make run`, with or without the demo data, in a folder that the system user of PostgreSQL can access."""
    folder = _folder()
    port = free_port()
    key = "key-of-the-tests"
    environment = {
        "PORT": str(port),
        "PARCOURSPRO_DATA": str(folder / "data"),
        "PARCOURSPRO_DEMO": str(int(demo)),
        "PARCOURSPRO_MAILBOX": "1",
        "PARCOURSPRO_MAILBOX_KEY": key,
    }
    process = Process("embedded", ["-m", "deploy.embedded"], environment)
    url = f"http://localhost:{port}"  # as in its mails
    try:
        process.start()
        await process.answers(f"{url}/api/enrollment/v1/openapi.json")
        await eventually(lambda: _printed(process, "is ready after"), within=START_SECONDS)
        mail_url = f"http://mailbox:{key}@localhost:{port}/mailbox"
        yield System(url, mail_url, processes={"embedded": process}, mailbox_key=key, folder=folder / "data")
        assert process.stop() == 0, process.log[-SHOWN:]
    finally:
        process.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _printed(process: Process, words: str) -> bool:
    return words in process.log


def _folder() -> Path:
    made = Path(tempfile.mkdtemp(prefix="e2e"))
    made.chmod(0o755)
    return made


async def kill_and_restart(system: System) -> None:
    """Kill the embedded process with SIGKILL and start a new one on the same data."""
    process = system.processes["embedded"]
    process.kill()
    process.start()
    await process.answers(f"{system.url}/api/enrollment/v1/openapi.json")


@asynccontextmanager
async def distributed(server: TestServer, amqp_url: str) -> AsyncIterator[System]:
    """An `api` and a `worker` process of each service over a broker, with a gateway in front and mails over SMTP."""
    sink = SmtpSink()
    ports = {f"{service}-{role}": free_port() for service in SERVICES for role in ("api", "worker")}
    gateway = Gateway({service: f"http://127.0.0.1:{ports[f'{service}-api']}" for service in SERVICES}, sink)
    databases = {service: await _database(server, service) for service in SERVICES}
    processes = {}
    for name, port in ports.items():
        service, _, role = name.partition("-")
        settings = {
            "DATABASE_URL": databases[service][1],
            "AMQP_URL": amqp_url,
            "PORT": str(port),
            "POOL_SIZE": "3",
            "JWKS_URL": f"http://127.0.0.1:{ports['identity-api']}/api/identity/v1/jwks.json",
            "PUBLIC_URL": gateway.url,
            "FIRST_STAFF_EMAIL": STAFF_EMAIL,
            "STAFF_SECOND_FACTOR": "false",
            "DESK_EMAIL": STAFF_EMAIL,
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(sink.port),
        }
        environment = {f"PARCOURSPRO_{service.upper()}_{setting}": value for setting, value in settings.items()}
        processes[name] = Process(name, ["-m", f"services.{service}", role], environment)
    try:
        sink.start()
        gateway.start()
        for process in processes.values():
            process.start()
        for name, process in processes.items():
            await process.answers(f"http://127.0.0.1:{ports[name]}/health/ready")
        yield System(gateway.url, f"{gateway.url}/mailbox", processes=processes)
    finally:
        for process in processes.values():
            process.close()
        gateway.stop()
        sink.stop()
        for database, _ in databases.values():
            await server.execute(f"DROP DATABASE {database} WITH (FORCE)")


async def _database(server: TestServer, service: str) -> tuple[str, str]:
    """Create a migrated database of the service; return its name and the URL of the running role."""
    wiring: ServiceDefinition[Any] = importlib.import_module(f"services.{service}.wiring").SERVICE
    return await server.fresh(service, wiring.migrations_package, wiring.append_only)
