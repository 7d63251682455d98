"""The MIME message of a composed mail."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from services.notifier.domain.headers import safe
from services.notifier.domain.mail import Mail
from services.notifier.use_cases.compose import ComposedMail, SenderIdentity


def message_id(mail: Mail) -> str:
    """The same at every attempt, so that mail programs can recognise a mail that was delivered twice."""
    return f"<{mail.id}@mail.parcourspro>"


def message_of(mail: Mail, composed: ComposedMail, sender: SenderIdentity, *, now: datetime) -> EmailMessage:
    """Text, HTML and attached files."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(safe("sender", sender.name), addr_spec=sender.email)
    message["To"] = composed.recipient
    message["Subject"] = composed.subject
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
    return message
