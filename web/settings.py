"""The settings of the pages."""

from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import DEVELOPMENT_SECRET, HTTP, ProcessSettings, is_local

COLOUR: Final = r"^#[0-9a-fA-F]{6}$"


class Settings(ProcessSettings):
    """Environment variables start with PARCOURSPRO_WEB_, or with PARCOURSPRO_."""

    model_config = SettingsConfigDict(env_prefix="PARCOURSPRO_WEB_")

    gateway_url: str = Field("http://localhost:8000", description="Where the API is: the gateway", pattern=HTTP)
    public_url: str = Field(
        "http://localhost:8000", description="The address that people use; https makes cookies secure", pattern=HTTP
    )
    cookie_keys: str = Field(
        description="Secrets that encrypt the cookies, separated by commas: the first one encrypts, all decrypt",
        min_length=16,
    )
    host: str = Field("127.0.0.1", description="The address to listen on")
    port: int = Field(8000, description="The port to listen on", ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    agency_name: str = Field("ParcoursPro", description="The agency's name, in the header and in titles")
    desk_email: str | None = Field(None, description="The address of the agency's desk, at the foot of each page")
    desk_phone: str | None = Field(None, description="Its telephone number")
    logo_url: str | None = Field(
        None, description="The path of a logo below /static or /brand; default: the name alone"
    )
    colour_act: str | None = Field(None, description="The colour of buttons and links, as #rrggbb", pattern=COLOUR)
    colour_wait: str | None = Field(None, description="The colour of what waits for the reader", pattern=COLOUR)
    api_seconds: float = Field(10.0, description="How long one call of the API may take", gt=0)
    is_trial: bool = Field(default=False, description="Shows the bar with the mailbox and the demo accounts")

    @property
    def is_secure(self) -> bool:
        """Whether people use TLS: cookies are then sent over nothing else."""
        return urlsplit(self.public_url).scheme == "https"

    @model_validator(mode="after")
    def _no_secret_of_the_repository_in_production(self) -> Self:
        if DEVELOPMENT_SECRET in self.cookie_keys and not is_local(urlsplit(self.public_url).hostname or ""):
            text = f"{self.variable('cookie_keys')}: a secret that begins with {DEVELOPMENT_SECRET!r} is public."
            raise ValueError(text)
        return self
