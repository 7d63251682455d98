"""The notifier's settings."""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.notifier.use_cases.send_due import LEASE
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_NOTIFIER_, or with PARCOURSPRO_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_NOTIFIER_")

    mail_mode: Literal["smtp", "mailbox"] = Field("smtp", description="smtp: send; mailbox: keep, and show at /mailbox")
    agency_name: str = Field("ParcoursPro", description="The agency, which is the From name")
    desk_email: str = Field("contact@agence.example", description="The agency's desk")
    sender_email: str = Field("ne-pas-repondre@agence.example", description="The From address")
    desk_phone: str | None = Field(None, description="The telephone of the agency's desk, for the foot of mails")
    smtp_host: str = Field("localhost", description="The SMTP server")
    smtp_port: int = Field(1025, description="The port of the SMTP server", ge=1, le=65535)
    smtp_username: str | None = Field(None, description="The account at the SMTP server; without sign-in if empty")
    smtp_password: str | None = Field(None, description="Its password", repr=False)
    smtp_tls: Literal["none", "starttls", "tls"] = Field("none", description="How the connection is encrypted")
    smtp_timeout_seconds: float = Field(
        20,
        description="The longest time that sending one mail may take",
        gt=0,
        lt=LEASE.total_seconds(),  # afterwards another worker sends the mail again
    )
    keep_mails: timedelta = Field(
        timedelta(days=365),
        description="How long address, subject, text and files of a mail are kept",
        ge=timedelta(days=30),
    )
    keep_calendars: timedelta = Field(
        timedelta(days=2 * 365),
        description="How long the notifier knows what is in a recipient's calendar; longer than sessions are planned"
        " ahead",
        ge=timedelta(days=365),
    )
