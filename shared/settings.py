"""The settings that every service has. Each service's own class adds its prefix and its fields."""

from pydantic import Field
from pydantic_settings import BaseSettings


class ServiceSettings(BaseSettings):
    """Read from environment variables `PARCOURSPRO_<SERVICE>_…`; operators find them in the README's table."""

    database_url: str = Field(description="The running role's database: postgresql+asyncpg://role:password@host/name")
    migration_database_url: str | None = Field(
        None, description="The owner role's, for `migrate`; default: database_url"
    )
    amqp_url: str = Field("amqp://guest:guest@localhost:5672/", description="RabbitMQ, for `worker`")
    host: str = Field("127.0.0.1", description="The address to listen on")
    port: int = Field(8000, description="The port of the API, or of the worker's health and metrics")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    public_url: str = Field("http://localhost:8000", description="The base of every link; never taken from a request")
    jwks_url: str = Field(
        "http://localhost:8000/api/identity/v1/jwks.json", description="Where token keys are published"
    )
    token_issuer: str = Field("parcourspro", description="The `iss` that tokens must carry")
    token_audience: str = Field("parcourspro", description="The `aud` that tokens must carry")
    pool_size: int = Field(10, description="Database connections a process keeps")
    relay_shards: int = Field(1, description="Relays that share the outbox; the same for all workers of a service")
