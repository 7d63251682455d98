"""The settings of the catalogue service: environment variables PARCOURSPRO_CATALOGUE_…."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings of every service; catalogue has no others."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_CATALOGUE_")
