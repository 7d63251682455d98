"""Settings that cannot work are refused at the start, with their names and without their values."""

from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import ValidationError

from docs import generate
from services.notifier.settings import Settings as NotifierSettings
from services.notifier.use_cases.send_due import LEASE
from shared.revisions import newest_revision
from shared.settings import ServiceSettings

URL = "postgresql+asyncpg://service:secret@localhost/service"
SERVICES = generate.services()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "postgresql://service:secret@localhost/service"),
        ("migration_database_url", "mysql://owner:secret@localhost/service"),
        ("amqp_url", "https://guest:secret@localhost"),
        ("amqp_url", "amqp://guest:secret@localhost,localhost:5673"),
        ("port", 0),
        ("port", 65_536),
        ("log_level", "LOUD"),
        ("public_url", "localhost:8000"),
        ("jwks_url", "ftp://localhost/jwks.json"),
        ("pool_size", 0),
        ("relay_shards", 0),
        ("relay_shards", 65),
    ],
)
def test_a_setting_that_cannot_work_is_refused(name: str, value: object) -> None:
    settings: dict[str, object] = {"database_url": URL, name: value}
    with pytest.raises(ValidationError) as refused:
        ServiceSettings(**settings)  # type: ignore[arg-type]
    assert name in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("smtp_port", 0), ("smtp_timeout_seconds", 0), ("smtp_timeout_seconds", LEASE.total_seconds())],
)
def test_a_setting_of_the_notifier_that_cannot_work_is_refused(name: str, value: object) -> None:
    settings: dict[str, object] = {"database_url": URL, name: value}
    with pytest.raises(ValidationError, match=name):
        NotifierSettings(**settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("package", sorted({service.migrations_package for service in SERVICES.values()}))
def test_the_newest_revision_is_the_one_that_alembic_finds(package: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(files(package)))
    assert newest_revision(package) == ScriptDirectory.from_config(config).get_current_head()
