"""The notifier's settings."""

from typing import Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_NOTIFIER_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_NOTIFIER_")

    mail_mode: Literal["smtp", "mailbox"] = Field(
        "smtp", description="smtp: send; mailbox: keep, to be read at /mailbox"
    )
    desk_email: str = Field("contact@agence.example", description="The agency's desk")
    sender_email: str = Field("ne-pas-repondre@agence.example", description="The From address")
    sender_name: str = Field("ParcoursPro", description="The From name")
    smtp_host: str = Field("localhost", description="The SMTP server")
    smtp_port: int = Field(1025, description="Its port")
    smtp_username: str | None = Field(None, description="Sign in to it as; nobody when empty")
    smtp_password: str | None = Field(None, description="With this password", repr=False)
    smtp_tls: Literal["none", "starttls", "tls"] = Field("none", description="How the connection is protected")
    smtp_timeout_seconds: float = Field(20, description="The longest that one mail may take")
