"""The settings of the catalogue service: environment variables PARCOURSPRO_CATALOGUE_…."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_CATALOGUE_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_CATALOGUE_")

    keep_reasons: timedelta = Field(
        timedelta(days=5 * 365),
        description="How long the reasons of changes of trainings and sessions are kept",
        ge=timedelta(days=90),
    )
