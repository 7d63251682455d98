"""An SMTP server that stores the mails that it receives, and a client of Mailpit's API, which several servers offer."""

import email
import email.policy
import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.support.eventually import eventually
from tests.support.processes import free_port

NEWEST = 100
"""Only this many mails are searched, because an external system may have many older ones."""
PAUSE = 0.1
"""Seconds between two looks: the list of mails comes from the process that also has to send them."""


class SmtpSink:
    """Listens on a free port in its own thread. `mails`: newest first, in the format of Mailpit's API."""

    def __init__(self) -> None:
        self.mails: list[dict[str, Any]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    @property
    def port(self) -> int:
        return int(self._controller.port)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - of aiosmtpd
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        text, page = message.get_body(("plain",)), message.get_body(("html",))
        self.mails.insert(
            0,
            {
                "ID": uuid4().hex,
                "Subject": str(message["Subject"]),
                "To": [{"Address": address} for address in envelope.rcpt_tos],
                "Created": datetime.now(UTC).isoformat(),
                "Text": text.get_content() if text else "",
                "HTML": page.get_content() if page else "",
                "Attachments": [
                    {"FileName": part.get_filename(), "ContentType": part.get_content_type()}
                    for part in message.iter_attachments()
                ],
                "Headers": {name: message.get_all(name) for name in message},
            },
        )
        return "250 OK"

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its recipient sees it. `files`: content type by name."""

    id: str
    subject: str
    text: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def calendar(self) -> list[str]:
        """The names of its calendar files."""
        return [name for name, kind in self.files.items() if kind.startswith("text/calendar")]

    def token(self, path: str) -> str:
        """The secret in the mail's link to `/compte/<path>/`."""
        match = re.search(rf"/compte/{path}/([A-Za-z0-9_-]+)", self.text)
        assert match, f"no link to /compte/{path}/ in:\n{self.text}"
        return match[1]


class MailReader:
    """Reads each mail once; finds it by recipient and subject."""

    def __init__(self, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """`base_url`: the address before `/api/v1/messages`."""
        self._client = httpx.AsyncClient(base_url=base_url, timeout=20, trust_env=False, transport=transport)
        self._read: set[str] = set()
        self._opened: list[Mail] = []

    async def skip(self, address: str) -> None:
        """Ignore the mails that an address has received so far, because it was in use before the test."""
        self._read |= {mail["ID"] for mail in await self._list() if self._is_to(mail, address)}

    async def read(self, address: str | None, subject: str, *, within: float = 30) -> Mail:
        """Wait for a mail to that address (None: to any) with this subject; of several unread ones, the oldest."""
        matching: list[dict[str, Any]] = []

        async def arrived() -> bool:
            mails = await self._list()
            matching[:] = [mail for mail in mails if self._is_new(mail, address) and subject in mail["Subject"]]
            return bool(matching)

        try:
            await eventually(arrived, within=within, every=PAUSE)
        except AssertionError as error:
            text = f"no mail {subject!r} to {address}; not read yet: {await self.unread(address)}"
            raise AssertionError(text) from error
        return await self._open(matching[-1]["ID"])

    async def unread(self, address: str | None) -> list[str]:
        """The subjects of the unread mails to an address."""
        return [mail["Subject"] for mail in await self._list() if self._is_new(mail, address)]

    def opened(self, subject: str) -> list[Mail]:
        """The mails read so far with this subject."""
        return [mail for mail in self._opened if subject in mail.subject]

    async def headers(self, mail: Mail) -> dict[str, list[str]] | None:
        """A mail's headers by name in lower case; None if the server does not offer them."""
        answer = await self._client.get(f"/api/v1/message/{mail.id}/headers")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        return {name.lower(): values for name, values in answer.raise_for_status().json().items()}

    async def close(self) -> None:
        await self._client.aclose()

    async def _list(self) -> list[dict[str, Any]]:
        answer = await self._client.get("/api/v1/messages", params={"limit": NEWEST})
        messages: list[dict[str, Any]] = answer.raise_for_status().json()["messages"]
        return [{**message, "Subject": _typed(message["Subject"])} for message in messages]

    async def _open(self, mail_id: str) -> Mail:
        """Read one whole mail; checks the parts that every mail must have."""
        body = (await self._client.get(f"/api/v1/message/{mail_id}")).raise_for_status().json()
        text = _typed(body["Text"])
        assert "Vous recevez ce message parce que" in text, text
        assert "Vous recevez ce message parce que" in _typed(html.unescape(body["HTML"])), body["HTML"]
        assert re.search(r"https?://\S+", text), f"no link to the next step in:\n{text}"
        self._read.add(mail_id)
        files = {file["FileName"]: file["ContentType"] for file in body["Attachments"]}
        mail = Mail(mail_id, _typed(body["Subject"]), text, files)
        self._opened.append(mail)
        return mail

    def _is_new(self, mail: dict[str, Any], address: str | None) -> bool:
        return mail["ID"] not in self._read and self._is_to(mail, address)

    @staticmethod
    def _is_to(mail: dict[str, Any], address: str | None) -> bool:
        return address is None or any(to["Address"].lower() == address.lower() for to in mail["To"])


def _typed(text: str) -> str:
    """The text as the tests write it: with plain spaces, apostrophes and line breaks."""
    return text.replace("\r\n", "\n").translate({0xA0: " ", 0x202F: " ", 0x2019: "'"})
