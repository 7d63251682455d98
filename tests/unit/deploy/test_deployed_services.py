"""What the files of a deployment say of the services is what the services declare, and what is read must exist."""

import re
from pathlib import Path

import pytest

import services
from deploy.environment import compose_files, required
from docs import deployed_services, generate
from docs.kubernetes.compose import SECRET
from docs.marked import replaced

TEXT = """\
by: hand
# names: written by `make docs`
old
  # end of names
more: [by, hand]
"""


def test_the_files_are_those_of_the_services() -> None:
    written = deployed_services.files(generate.ROOT, services.definitions())
    assert {name: (generate.ROOT / name).read_text() for name in written} == written, "run `make docs`"
    assert deployed_services.left_over(generate.ROOT, written) == []


def test_only_the_part_between_the_comments_is_replaced() -> None:
    text = replaced(TEXT, "names", "new\n\\1\n")
    assert text == TEXT.replace("old", "new\n\\1")


@pytest.mark.parametrize("text", [TEXT.replace("names", "others"), TEXT.replace("end of names", ""), TEXT + TEXT])
def test_a_file_without_the_part_or_with_two_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="parts are called 'names'; there must be one"):
        replaced(text, "names", "new\n")


def test_the_file_of_a_service_that_is_gone_is_found_and_no_other(tmp_path: Path) -> None:
    folder = tmp_path / deployed_services.PARTS
    folder.mkdir(parents=True)
    for name in ("identity.yml", "notifier.yml", "process.yml"):
        (folder / name).write_text((generate.ROOT / deployed_services.PARTS / name).read_text())
    found = deployed_services.left_over(tmp_path, {"deploy/compose/identity.yml": ""})
    assert [path.name for path in found] == ["notifier.yml"]


def test_every_variable_that_is_required_has_a_value_for_tests_on_ones_own_machine() -> None:
    lines = (generate.ROOT / "deploy/development.env").read_text()
    assert set(required(compose_files())) - set(re.findall(r"(?m)^(\w+)=.", lines)) == set()


def test_a_secret_of_one_service_is_a_setting_of_it_that_no_log_shows() -> None:
    declared = {name: each.deployment.secrets for name, each in services.definitions().items()}
    found = {(name, secret.setting) for name, secrets in declared.items() for secret in secrets}
    assert {("identity", "key_passphrase"), ("notifier", "smtp_password")} <= found
    for name, secrets in declared.items():
        for secret in secrets:
            field = services.definitions()[name].settings.model_fields[secret.setting]
            assert not field.repr
            assert SECRET.search(secret.variable)
