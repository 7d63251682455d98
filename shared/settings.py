"""The settings that every service has. Each service's own class adds its name and its fields."""

import os
import sys
from datetime import timedelta
from ipaddress import ip_address
from typing import Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.messaging.shards import SHARD_SPACE

POSTGRESQL = r"^postgresql\+asyncpg://"
AMQP = r"^amqps?://[^,]+(,amqps?://[^,]+)*$"
HTTP = r"^https?://."
PREFIX: Final = "PARCOURSPRO_"
DEVELOPMENT_SECRET: Final = "development-"  # noqa: S105 - where a secret must not be
"""What each secret begins with that is in the repository, for tests on one's own machine."""


class EnvironmentSettings(BaseSettings):
    """Settings that are read from environment variables with the prefix of the class."""

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable of a field."""
        return f"{cls.model_config['env_prefix']}{field}".upper()


Loaded = TypeVar("Loaded", bound=EnvironmentSettings)


class TraceSettings(EnvironmentSettings):
    """The variables of the OpenTelemetry standard, the same for every process. Its exporter reads more of them."""

    model_config = SettingsConfigDict(env_prefix="OTEL_", env_ignore_empty=True)

    exporter_otlp_endpoint: str | None = Field(
        None,
        description="Where traces go, over OTLP/HTTP, as `http://collector:4318`; default: no traces. The standard's"
        " `OTEL_EXPORTER_OTLP_HEADERS` and `…_CERTIFICATE` are read too",
        pattern=HTTP,
    )
    traces_sampler_arg: float = Field(
        1.0, description="The share of requests whose traces are kept: from 0 to 1", ge=0, le=1
    )


class ProcessSettings(EnvironmentSettings):
    """Read from the variable `PARCOURSPRO_<SERVICE>_<NAME>`, and without it from `PARCOURSPRO_<NAME>`, which is for all
    processes; operators find them in the README's table.

    A subclass sets its own prefix, as `PARCOURSPRO_IDENTITY_`.
    """

    # an address contains a password, which must not be in the message that refuses it
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, EnvSettingsSource(settings_cls, env_prefix=PREFIX)

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable that a field is read from; its own one if none is set."""
        own, of_all = super().variable(field), f"{PREFIX}{field}".upper()
        return of_all if of_all in os.environ and own not in os.environ else own


class ServiceSettings(ProcessSettings):
    """What every service has."""

    database_url: str = Field(
        description="The running role's database: postgresql+asyncpg://role:password@host/name", pattern=POSTGRESQL
    )
    migration_database_url: str | None = Field(
        None, description="The owner role's, for `migrate`; default: database_url", pattern=POSTGRESQL
    )
    amqp_url: str = Field(
        "amqp://guest:guest@localhost:5672/",
        description="RabbitMQ, for `worker`; the addresses of a cluster's nodes are separated by commas",
        pattern=AMQP,
    )
    host: str = Field("127.0.0.1", description="The address to listen on")
    port: int = Field(8000, description="The port of the API, or of the worker's health and metrics", ge=1, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    public_url: str = Field(
        "http://localhost:8000", description="The base of every link; never taken from a request", pattern=HTTP
    )
    jwks_url: str = Field(
        "http://localhost:8000/api/identity/v1/jwks.json", description="Where token keys are published", pattern=HTTP
    )
    token_issuer: str = Field("parcourspro", description="The `iss` that tokens must carry")
    token_audience: str = Field("parcourspro", description="The `aud` that tokens must carry")
    pool_size: int = Field(10, description="Database connections a process keeps", ge=1)
    relay_shards: int = Field(
        1,
        description="Relays that share the outbox. Workers of a service may have different numbers while it is changed."
        " Each has a connection besides those of the pool",
        ge=1,
        le=SHARD_SPACE,
    )
    keep_handled: timedelta = Field(
        timedelta(days=90),
        description="How long a service remembers which messages it has handled; longer than the 30 days of the event"
        " log, from which messages come again",
        ge=timedelta(days=31),
    )
    keep_parked: timedelta = Field(
        timedelta(days=180),
        description="How long a message that failed can be replayed",
        ge=timedelta(days=30),
    )
    keep_answers: timedelta = Field(
        timedelta(days=2),
        description="How long a repeated request gets the answer of the first one",
        ge=timedelta(hours=1),
    )

    @property
    def is_development(self) -> bool:
        """Whether people reach the installation only on the machine that it runs on."""
        return is_local(urlsplit(self.public_url).hostname or "")

    @model_validator(mode="after")
    def _no_secret_of_the_repository_in_production(self) -> Self:
        known = [name for name, value in self if isinstance(value, str) and DEVELOPMENT_SECRET in value]
        if known and not self.is_development:
            names = ", ".join(self.variable(name) for name in known)
            text = f"{names}: a secret that begins with {DEVELOPMENT_SECRET!r} is public; set another one."
            raise ValueError(text)
        return self


def load(process: str, settings: type[Loaded]) -> Loaded:
    """The settings of a process. With wrong ones it ends with 2, after a sentence for each, without the values."""
    try:
        return settings()
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            own = each.get("ctx", {}).get("error")
            sentence = own or f"{settings.variable('_'.join(str(part) for part in each['loc']))}: {each['msg']}."
            sys.stderr.write(f"{process} does not start: {sentence}\n")
        sys.exit(2)


def is_local(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
