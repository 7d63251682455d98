"""Settings that cannot work are refused at the start, with their names and without their values."""

import os
from importlib.resources import files

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import ValidationError

import services
from services.notifier.settings import Settings as NotifierSettings
from services.notifier.use_cases.send_due import LEASE
from shared.revisions import newest_revision
from shared.settings import ServiceSettings, load
from web.settings import Settings as PagesSettings

URL = "postgresql+asyncpg://service:secret@localhost/service"
SERVICES = services.definitions()


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


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in os.environ:
        if name.startswith("PARCOURSPRO_"):
            monkeypatch.delenv(name)
    for name in SERVICES:
        monkeypatch.setenv(f"PARCOURSPRO_{name}_DATABASE_URL".upper(), URL)
    monkeypatch.setenv("PARCOURSPRO_WEB_COOKIE_KEYS", "a key for the tests")
    return monkeypatch


def test_a_variable_without_the_name_of_a_service_is_for_all_processes(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARCOURSPRO_PUBLIC_URL", "http://parcours.localhost")
    loaded = [*(definition.settings() for definition in SERVICES.values()), PagesSettings()]
    assert {settings.public_url for settings in loaded} == {"http://parcours.localhost"}


def test_the_variable_of_a_service_is_for_this_service_alone_and_comes_first(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PARCOURSPRO_ENROLLMENT_RELAY_SHARDS", "8")
    environment.setenv("PARCOURSPRO_RELAY_SHARDS", "2")
    shards = {name: definition.settings().relay_shards for name, definition in SERVICES.items()}
    assert shards == {"identity": 2, "catalogue": 2, "enrollment": 8, "notifier": 2}


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PARCOURSPRO_LOG_LEVEL": "LOUD"}, "PARCOURSPRO_LOG_LEVEL: "),
        ({"PARCOURSPRO_LOG_LEVEL": "INFO", "PARCOURSPRO_WEB_LOG_LEVEL": "LOUD"}, "PARCOURSPRO_WEB_LOG_LEVEL: "),
        ({"PARCOURSPRO_PUBLIC_URL": "https://parcours.example"}, "PARCOURSPRO_WEB_COOKIE_KEYS: a secret that begins"),
    ],
)
def test_the_sentence_about_a_wrong_setting_names_the_variable_that_was_set(
    variables: dict[str, str],
    sentence: str,
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment.setenv("PARCOURSPRO_WEB_COOKIE_KEYS", "development-cookie-keys")
    for name, value in variables.items():
        environment.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        load("web", PagesSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"web does not start: {sentence}")
    assert "LOUD" not in said
