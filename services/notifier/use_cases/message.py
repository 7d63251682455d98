"""The MIME message of a composed mail, checked before it leaves."""

from datetime import datetime
from email import message_from_bytes
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Final

from services.notifier.domain.headers import UnsafeHeader, safe, safe_address
from services.notifier.domain.mail import Mail
from services.notifier.use_cases.compose import ComposedMail, SenderIdentity

ENCODES_LINE_BREAKS: Final = hasattr(SMTP, "verify_generated_headers")
"""Whether this Python has the correction of CVE-2024-6923 (3.11.10, 3.12.5 and 3.13): it never writes a header that
ends early. Every mail is checked here, whatever the Python.
"""
_POLICY: Final = SMTP.clone(cte_type="7bit")
"""ASCII only, so that a message has the same bytes for every server."""


def message_id(mail: Mail) -> str:
    """The same at every attempt, so that mail programs can recognise a mail that was delivered twice."""
    return f"<{mail.id}@mail.parcourspro>"


def message_of(mail: Mail, composed: ComposedMail, sender: SenderIdentity, *, now: datetime) -> bytes:
    """Text, HTML and attached files. Raises UnsafeHeader if a mail program would read anything else."""
    message = EmailMessage(policy=_POLICY)
    message["To"] = composed.recipient
    message["Reply-To"] = safe_address("desk", sender.desk_email)
    message["Date"] = now
    message["Message-ID"] = message_id(mail)
    message["Auto-Submitted"] = "auto-generated"
    if mail.correlation_id:
        message["X-Correlation-ID"] = safe("correlation id", mail.correlation_id)
    message.set_content(composed.text)
    message.add_alternative(composed.html, subtype="html")
    for file in composed.files:
        kind, *parameters = file.content_type.split("; ")
        method = dict(parameter.split("=") for parameter in parameters if parameter.startswith("method="))
        message.add_attachment(file.content, subtype=kind.removeprefix("text/"), filename=file.name, params=method)
    worded = {
        "From": f"{_encoded('From', safe('sender', sender.name))} <{sender.email}>",
        "Subject": _encoded("Subject", composed.subject),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in worded.items())
    content = head.encode("ascii") + message.as_bytes()
    _check(content, sorted([*worded, *message.keys()]), composed, sender)
    return content


def _encoded(name: str, words: str) -> str:
    """Words in the header of that name. EmailMessage would write some words of several lines wrongly."""
    return Header(words, "utf-8", header_name=name).encode(linesep="\r\n")


def _check(content: bytes, names: list[str], composed: ComposedMail, sender: SenderIdentity) -> None:
    """Read the bytes as a mail program does and compare what it finds with what was meant."""
    read = message_from_bytes(content, policy=default)
    if sorted(read.keys()) != names:
        raise UnsafeHeader("names of the headers")
    for header, address in (("From", sender.email), ("To", composed.recipient), ("Reply-To", sender.desk_email)):
        if [each.addr_spec for each in read[header].addresses] != [address]:
            raise UnsafeHeader(header)
    # without spaces: this parser adds some to a name of several encoded words
    if "".join(read["From"].addresses[0].display_name.split()) != "".join(safe("sender", sender.name).split()):
        raise UnsafeHeader("name of the sender")
    if str(read["Subject"]) != composed.subject:
        raise UnsafeHeader("Subject")
    if [_text(part) for part in read.walk() if not part.is_multipart()] != [
        _lines(text) for text in (composed.text, composed.html, *(file.content for file in composed.files))
    ]:
        raise UnsafeHeader("body")


def _text(part: EmailMessage) -> str:
    return _lines(part.get_content())


def _lines(text: str) -> str:
    """The text without what the transport of mails may change: the kind of line breaks, and those at the end."""
    return "\n".join(text.splitlines()).rstrip("\n")
