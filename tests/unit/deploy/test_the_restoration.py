"""The commands of docs/restoring.md, as the drill on Docker reads them."""

import pytest

import services
from tests.compose.operator import COPIED_BY, ONLY, commands_of


@pytest.mark.parametrize(("section", "blocks"), [("Back up one database", 1), ("Restore one database", 7)])
def test_every_step_has_its_commands(section: str, blocks: int) -> None:
    found = commands_of(section)
    assert len(found) == blocks
    assert all(command.startswith("docker compose ") for block in found for command in block)


def test_it_is_known_for_which_services_a_command_is() -> None:
    commands = [command for block in commands_of("Restore one database") for command in block]
    assert {command.partition("  # ")[2] for command in commands} - {""} <= set(ONLY)
    assert sorted(COPIED_BY) == services.names()
