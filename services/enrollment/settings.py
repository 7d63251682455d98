"""The settings of the enrollment service: environment variables PARCOURSPRO_ENROLLMENT_…."""

from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The settings that every service has; enrollment adds none."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_ENROLLMENT_")
