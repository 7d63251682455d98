"""The settings of the enrollment service: environment variables PARCOURSPRO_ENROLLMENT_…."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_ENROLLMENT_. The agency signs the certificates of attendance."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_ENROLLMENT_")

    agency_name: str = Field("ParcoursPro", description="The agency that signs the certificates of attendance")
    agency_siret: str | None = Field(None, description="Its SIRET, for the certificates", pattern=r"^\d{14}$")
    agency_address: str | None = Field(None, description="Its address in one line, for the certificates")
    agency_town: str | None = Field(None, description="The town in which the certificates are signed")
    agency_signatory: str | None = Field(None, description="Name and function of the person who signs the certificates")
