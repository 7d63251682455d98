"""`make run` in a new clone of the repository: its output, its pages, and what it keeps, refuses and cleans up."""

import asyncio
import itertools
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from deploy.embedded.demo.people import ACCOUNTS, PASSWORD, PEOPLE
from deploy.embedded.demo.requests import REQUESTS
from tests.support.eventually import eventually
from tests.support.processes import Process, free_port

STATES = {
    "En attente de l'employeur",
    "Pré-inscrit·e",
    "Pré-inscrit·e, réponse attendue",
    "Inscrit·e",
    "Sur liste d'attente",
    "Sur liste d'attente, réponse attendue",
    "Sur liste d'attente, validé·e par le formateur",
    "Refusée (par l'employeur)",
    "Refusée (par le formateur)",
    "Annulée (par la personne)",
    "Annulée (accord de l'employeur retiré)",
    "Annulée (session annulée)",
    "Suivie",
    "Absent·e",
    "Abandon",
}
"""The states of the demo requests right after the start. One more request, without a decision, expires soon after."""
ENROLLED = next(person for person in PEOPLE if person.key == "sophie.laurent")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the system user of PostgreSQL can access."""
    made = Path(tempfile.mkdtemp(prefix="embedded"))
    made.chmod(0o755)
    yield made / "data"
    shutil.rmtree(made, ignore_errors=True)


def installation(folder: Path, port: int, *arguments: str, demo: bool = False) -> Process:
    environment = {"PORT": str(port), "PARCOURSPRO_DATA": str(folder), "PARCOURSPRO_DEMO": str(int(demo))}
    return Process("embedded", ["-m", "deploy.embedded", *arguments], environment)


def databases_of(folder: Path) -> list[psutil.Process]:
    servers = [process for process in psutil.process_iter(["name", "cmdline"]) if process.info["name"] == "postgres"]
    return [process for process in servers if str(folder) in " ".join(process.info["cmdline"] or ())]


async def ready(process: Process, port: int) -> None:
    await process.answers(f"http://127.0.0.1:{port}/health/live")
    await eventually(lambda: _printed(process, "is ready after"), within=60)


async def _printed(process: Process, words: str) -> bool:
    return words in process.log


async def test_a_new_installation_shows_its_demo_data_and_keeps_it_through_a_stop_and_a_start(folder: Path) -> None:
    port = free_port()
    process = installation(folder, port, demo=True)
    process.start()
    try:
        await ready(process, port)
        key = (folder / "mailbox-key").read_text()
        assert f"/mailbox?key={key}" in process.log
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies={"mailbox": key}) as http:
            assert {request["status_label"] for request in await _requests(http)} >= STATES
            await _every_page_is_there(http)
        assert all(account.email in process.log for account in ACCOUNTS)

        await _secrets_are_kept_apart(folder)
        process.stop(signal.SIGINT)
        assert "Stopped; the data is kept." in process.log
        assert databases_of(folder) == []

        process.start()
        await eventually(lambda: _count(process, "is ready after", 2), within=30)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            assert len(await _requests(http)) == len(REQUESTS)
        assert process.log.count("creating the demo data") == 1
    finally:
        process.close()


async def _secrets_are_kept_apart(folder: Path) -> None:
    """The keys of access tokens are encrypted, and the running roles reach only their own database."""
    passphrase = folder / "key-passphrase"
    assert passphrase.stat().st_mode & 0o777 == 0o600
    host = (folder / "postgres" / "postmaster.pid").read_text().split("\n")[4]
    identity = await asyncpg.connect(host=host, user="identity", database="identity")
    pem = bytes(await identity.fetchval("SELECT private_key FROM signing_keys"))
    await identity.close()
    assert pem.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert load_pem_private_key(pem, passphrase.read_bytes())
    for role, database in itertools.product(("identity", "notifier_owner"), ("postgres", "template1", "catalogue")):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
            await asyncpg.connect(host=host, user=role, database=database)


async def _count(process: Process, words: str, times: int) -> bool:
    return process.log.count(words) == times


async def _requests(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    credentials = {"email": ACCOUNTS[0].email, "password": PASSWORD}
    token = (await http.post("/api/identity/v1/tokens", json=credentials)).json()["access_token"]
    answer = await http.get(
        "/api/enrollment/v1/enrollments?scope=all&limit=100", headers={"Authorization": f"Bearer {token}"}
    )
    requests: list[dict[str, Any]] = answer.json()["items"]
    return requests


async def _the_page_lists_every_mail(http: httpx.AsyncClient) -> bool:
    mails = (await http.get("/mailbox/api/v1/messages?limit=500")).json()["messages"]
    return (await http.get("/mailbox")).text.count("<li>") == len(mails)


async def _every_page_is_there(http: httpx.AsyncClient) -> None:
    start = await http.get("/")
    assert "/essai" in start.text
    assert "/formations/" in start.text
    assert "Content-Security-Policy" in start.headers
    assert PASSWORD in (await http.get("/essai")).text
    docs = await http.get("/api/docs")
    for service in ("identity", "catalogue", "enrollment", "notifier"):
        assert f"/api/{service}/v1/docs" in docs.text
        assert (await http.get(f"/api/{service}/v1/docs")).status_code == 200
        assert (await http.get(f"/api/{service}/v1/docs/assets/swagger-ui-bundle.js")).status_code == 200
        assert (await http.get(f"/api/{service}/v1/openapi.json")).json()["paths"]
    mails = (await http.get("/mailbox/api/v1/messages?limit=500")).json()["messages"]
    # only the mail of the person has a calendar file, not that of the employer
    enrolled = next(
        mail
        for mail in mails
        if "VAE" in mail["Subject"]
        and mail["Subject"].startswith("Inscription confirmée")
        and mail["To"][0]["Address"] == ENROLLED.email
    )
    page = await http.get(f"/mailbox/{enrolled['ID']}")
    assert enrolled["Subject"] in page.text.replace("&#39;", "'")
    html = await http.get(f"/mailbox/{enrolled['ID']}/html")
    assert "sandbox" in html.headers["Content-Security-Policy"]
    file = await http.get(f"/mailbox/{enrolled['ID']}/files/0")
    assert file.text.startswith("BEGIN:VCALENDAR")
    assert (await http.get(f"/mailbox/{enrolled['ID']}/files/9")).status_code == 404
    # mails of the demo data may still be sent between the two reads
    await eventually(lambda: _the_page_lists_every_mail(http), within=30)
    assert "Choisir un nouveau mot de passe" in (await http.get("/compte/mot-de-passe/abc")).text
    assert (await http.get("/demandes/1")).status_code == 404
    assert (await http.get("/api/enrollment/metrics")).status_code == 404
    assert (await http.get("/metrics")).status_code == 404


async def test_a_port_or_folder_in_use_is_refused_with_one_sentence_and_reset_deletes_the_data(folder: Path) -> None:
    port = free_port()
    process = installation(folder, port)
    process.start()
    try:
        await ready(process, port)
        assert "Il n’y a pas de données de démonstration" in (await _page(port, "/essai")).text

        for refused, sentence in (
            (installation(folder.parent / "other", port), f"Port {port} is taken: "),
            (installation(folder, free_port()), "Another process runs on"),
            (installation(folder, port, "reset"), "Another process runs on"),
        ):
            refused.start()
            assert refused.wait() == 1
            assert refused.log.startswith(sentence)
            assert refused.log.count("\n") == 1
            refused.close()

        process.kill()
        assert databases_of(folder) != []
    finally:
        process.close()
    emptied = installation(folder, port, "reset")
    emptied.start()
    assert emptied.wait() == 0
    assert "is empty" in emptied.log
    assert databases_of(folder) == []
    emptied.close()
    assert not await asyncio.to_thread(folder.exists)


async def _page(port: int, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        return await http.get(path)


def test_a_port_that_another_program_listens_on_is_refused(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = installation(folder, int(taken.getsockname()[1]))
        process.start()
        assert process.wait() == 1
        assert "is taken" in process.log
        process.close()
