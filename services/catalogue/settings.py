"""The settings of the catalogue service."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables start with PARCOURSPRO_CATALOGUE_, or with PARCOURSPRO_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_CATALOGUE_")

    keep_reasons: timedelta = Field(
        timedelta(days=5 * 365),
        description="How long the reasons of changes of trainings and sessions are kept",
        ge=timedelta(days=90),
    )
