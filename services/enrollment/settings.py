"""The settings of the enrollment service."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_ENROLLMENT_, or with PARCOURSPRO_.

    The agency signs the certificates of attendance.
    """

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_ENROLLMENT_")

    agency_name: str = Field("ParcoursPro", description="The agency that signs the certificates of attendance")
    agency_siret: str | None = Field(None, description="Its SIRET, for the certificates", pattern=r"^\d{14}$")
    agency_address: str | None = Field(None, description="Its address in one line, for the certificates")
    agency_town: str | None = Field(None, description="The town in which the certificates are signed")
    agency_signatory: str | None = Field(None, description="Name and function of the person who signs the certificates")
    keep_carts: timedelta = Field(
        timedelta(days=180), description="How long a line stays in a cart that nobody sends", ge=timedelta(days=30)
    )
    keep_motivations: timedelta = Field(
        timedelta(days=2 * 365),
        description="How long the motivation of a request is kept after it was sent, if the request is not open",
        ge=timedelta(days=90),
    )
    keep_reasons: timedelta = Field(
        timedelta(days=2 * 365),
        description="How long reasons of decisions, remarks of presences and texts of proposals are kept",
        ge=timedelta(days=90),
    )
    keep_session_messages: timedelta = Field(
        timedelta(days=365),
        description="How long the text of a message to the people of a session is kept",
        ge=timedelta(days=30),
    )
    keep_staff_notes: timedelta = Field(
        timedelta(days=365),
        description="How long a note of staff about a request is kept, if the request is not open",
        ge=timedelta(days=30),
    )
