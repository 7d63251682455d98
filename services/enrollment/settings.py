"""The settings of the enrollment service: environment variables PARCOURSPRO_ENROLLMENT_…."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has; enrollment needs nothing more."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_ENROLLMENT_")
