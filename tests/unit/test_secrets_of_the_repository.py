"""A service does not start for real people with secrets that stand in the repository, or with keys in clear."""

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

import services
from shared.process import command_line
from shared.settings import ServiceSettings

SERVICES = services.definitions()
PUBLIC = "https://parcours.example"
SECRETS = [
    *((name, field) for name in SERVICES for field in ("database_url", "migration_database_url", "amqp_url")),
    ("identity", "key_passphrase"),
    ("notifier", "smtp_password"),
]


def settings(service: str, **values: str) -> ServiceSettings:
    given = {"database_url": "postgresql+asyncpg://role:secret@host/name", **values}
    if service == "identity":
        given.setdefault("key_passphrase", "secret")
    loaded: ServiceSettings = SERVICES[service].settings(**given)
    return loaded


@pytest.mark.parametrize(("service", "field"), SECRETS)
def test_a_secret_of_the_repository_is_refused_unless_the_installation_is_local(service: str, field: str) -> None:
    secret = {
        "amqp_url": "amqp://role:development-secret@host/name",
        "key_passphrase": "development-secret",
        "smtp_password": "development-secret",
    }.get(field, "postgresql+asyncpg://role:development-secret@host/name")
    variable = f"PARCOURSPRO_{service}_{field}".upper()
    with pytest.raises(ValidationError, match=f"{variable}: a secret that begins with 'development-' is public") as why:
        settings(service, public_url=PUBLIC, **{field: secret})
    assert "secret@" not in str(why.value)
    assert settings(service, public_url="http://localhost:8000", **{field: secret}).is_development


@pytest.mark.parametrize("service", SERVICES)
def test_other_secrets_are_accepted(service: str) -> None:
    assert not settings(service, public_url=PUBLIC).is_development


def test_the_keys_of_access_tokens_are_encrypted_unless_the_installation_is_local() -> None:
    with pytest.raises(ValidationError, match="PARCOURSPRO_IDENTITY_KEY_PASSPHRASE is not set"):
        settings("identity", public_url=PUBLIC, key_passphrase="")
    assert settings("identity", key_passphrase="").is_development


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1", True),
        ("http://127.8.0.1:8000/", True),
        ("http://[::1]:8000", True),
        ("http://parcours.localhost", True),
        ("https://localhost.example", False),
        ("https://127.0.0.1.example", False),
        ("http://10.0.0.4:8000", False),
    ],
)
def test_local_is_what_only_this_machine_reaches(url: str, *, is_local: bool) -> None:
    assert settings("catalogue", public_url=url).is_development is is_local


@pytest.mark.parametrize("command", ["api", "worker", "migrate", "audit"])
@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "PARCOURSPRO_IDENTITY_DATABASE_URL: Field required."),
        (
            {"DATABASE_URL": "postgresql+asyncpg://a:development-b@host/c", "PUBLIC_URL": PUBLIC},
            "PARCOURSPRO_IDENTITY_DATABASE_URL: a secret that begins with 'development-' is public; set another one.",
        ),
    ],
)
def test_the_process_ends_with_a_sentence_that_names_the_setting(
    command: str, variables: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "PUBLIC_URL"):
        monkeypatch.delenv(f"PARCOURSPRO_IDENTITY_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"PARCOURSPRO_IDENTITY_{name}", value)
    ended = CliRunner().invoke(command_line(SERVICES["identity"]), [command])
    assert (ended.exit_code, ended.stderr) == (2, f"identity does not start: {sentence}\n")
