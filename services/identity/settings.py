"""The settings of the identity service."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_IDENTITY_, or with PARCOURSPRO_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_IDENTITY_")

    first_staff_email: str | None = Field(
        None, description="The worker makes sure that a staff account of this address exists"
    )
    key_passphrase: str | None = Field(
        None,
        description="Encrypts private keys in the database; required unless PUBLIC_URL is local",
        repr=False,
    )
    key_rotation: timedelta = Field(
        timedelta(days=30), description="How long a key signs access tokens, in ISO 8601 or seconds"
    )
    staff_second_factor: bool = Field(
        default=True, description="Staff must sign in with a second factor; false only to try the software out"
    )
    hashes_at_once: int = Field(
        2,
        description="Password hashes of sign-ins that one process computes at once; each takes 19 MiB, two more for "
        "first passwords and resets",
        ge=1,
    )
    keep_unconfirmed: timedelta = Field(
        timedelta(days=365),
        description="How long an account is kept whose owner has not confirmed the address",
        ge=timedelta(days=30),
    )
    keep_contacts: timedelta = Field(
        timedelta(days=365),
        description="How long the contact of an answered request for a structure is kept",
        ge=timedelta(days=30),
    )
    keep_reasons: timedelta = Field(
        timedelta(days=2 * 365),
        description="How long reasons of decisions and texts of reported changes are kept",
        ge=timedelta(days=90),
    )
    keep_devices: timedelta = Field(
        timedelta(days=180),
        description="How long a device is known that nobody uses for signing in",
        ge=timedelta(days=30),
    )
    keep_ended_sign_ins: timedelta = Field(
        timedelta(days=30), description="How long a sign-in is kept after its end", ge=timedelta(days=14)
    )
    agency_name: str | None = Field(None, description="The agency; no password may contain a word of its name")

    @model_validator(mode="after")
    def _keys_are_encrypted_in_production(self) -> Self:
        if not self.key_passphrase and not self.is_development:
            text = f"{self.variable('key_passphrase')} is not set: it must encrypt the keys that sign access tokens."
            raise ValueError(text)
        return self
