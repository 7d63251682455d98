"""The settings that every service has. Each service's own class adds its prefix and its fields."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.messaging.outbox import SHARD_SPACE

POSTGRESQL = r"^postgresql\+asyncpg://"
HTTP = r"^https?://."


class ServiceSettings(BaseSettings):
    """Read from environment variables `PARCOURSPRO_<SERVICE>_…`; operators find them in the README's table."""

    # an address contains a password, which must not be in the message that refuses it
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    database_url: str = Field(
        description="The running role's database: postgresql+asyncpg://role:password@host/name", pattern=POSTGRESQL
    )
    migration_database_url: str | None = Field(
        None, description="The owner role's, for `migrate`; default: database_url", pattern=POSTGRESQL
    )
    amqp_url: str = Field(
        "amqp://guest:guest@localhost:5672/", description="RabbitMQ, for `worker`", pattern=r"^amqps?://."
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
        description="Relays that share the outbox; the same for all workers of a service. Each has a connection besides"
        " those of the pool",
        ge=1,
        le=SHARD_SPACE,
    )
