"""`make env` writes what the compose file requires, for the operator alone, and never over a file that is in use."""

import re
from pathlib import Path

import pytest

from deploy import environment

COMPOSE = environment.compose_files()
DEVELOPMENT = (environment.ROOT / "deploy/development.env").read_text()
ONLY_THE_OPERATOR_KNOWS = {
    "PARCOURSPRO_PUBLIC_URL": "https://parcours.example",
    "PARCOURSPRO_FIRST_STAFF_EMAIL": "agence@agence.example",
    "PARCOURSPRO_DESK_EMAIL": "contact@agence.example",
    "PARCOURSPRO_SENDER_EMAIL": "ne-pas-repondre@agence.example",
    "PARCOURSPRO_AGENCY_SIRET": "73282932000074",
    "PARCOURSPRO_AGENCY_ADDRESS": '12 rue "de l\'Exemple" $1, 87000 Limoges',
    "PARCOURSPRO_AGENCY_TOWN": "Saint-Étienne",
    "PARCOURSPRO_AGENCY_SIGNATORY": "Hélène Martin, directrice",
    "PARCOURSPRO_SMTP_HOST": "smtp.agence.example",
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ONLY_THE_OPERATOR_KNOWS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / ".env"


def values(text: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^(\w+)=(.*)$", text))


def test_every_variable_that_the_compose_file_requires_has_a_value(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ONLY_THE_OPERATOR_KNOWS.items():
        monkeypatch.setenv(name, value)
    environment.main(path)
    written = values(path.read_text())
    wanted = set(re.findall(r"\$\{(\w+):\?", COMPOSE))
    assert len(wanted) > 20
    assert {name for name in wanted if not written.get(name)} == set()
    assert set(written) == wanted
    assert written["PARCOURSPRO_SMTP_HOST"] == "smtp.agence.example"
    assert written["PARCOURSPRO_AGENCY_TOWN"] == '"Saint-Étienne"'
    assert written["PARCOURSPRO_AGENCY_ADDRESS"] == '"12 rue \\"de l\'Exemple\\" \\$1, 87000 Limoges"'


def test_what_only_the_operator_knows_stays_empty_and_is_named(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment.main(path)
    empty = {name for name, value in values(path.read_text()).items() if not value}
    assert empty == set(ONLY_THE_OPERATOR_KNOWS)
    said = capsys.readouterr().out
    assert all(f"Fill in {name}." in said for name in ONLY_THE_OPERATOR_KNOWS)


def test_every_secret_is_random_and_its_own(tmp_path: Path) -> None:
    files = [values(environment.text(COMPOSE, lambda _: "")) for _ in range(2)]
    made = [value for file in files for value in file.values() if value]
    assert len(made) == len(set(made)) == 2 * (len(files[0]) - len(ONLY_THE_OPERATOR_KNOWS))
    assert all(re.fullmatch("[0-9a-f]{48}", value) for value in made)


def test_no_value_is_one_of_the_repository(path: Path) -> None:
    environment.main(path)
    written = path.read_text()
    assert "development-" not in written
    assert set(filter(None, values(written).values())) & set(values(DEVELOPMENT).values()) == set()


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    environment.main(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_exists_is_not_changed(path: Path) -> None:
    path.write_text("PARCOURSPRO_POSTGRES_PASSWORD=in-use\n")
    with pytest.raises(SystemExit, match="exists and was not changed"):
        environment.main(path)
    assert path.read_text() == "PARCOURSPRO_POSTGRES_PASSWORD=in-use\n"
