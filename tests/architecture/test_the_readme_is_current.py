"""The README's table of settings and the tables of retention are up to date."""

from pathlib import Path

import services
from docs import retention_table, settings_table

README = Path(__file__).parents[2] / "README.md"
PERSONAL_DATA = README.parent / "docs" / "personal-data.md"


def test_the_table_of_settings_is_up_to_date() -> None:
    readme = README.read_text()
    assert readme == settings_table.written(readme, services.definitions()), "run `make docs`"


def test_a_setting_that_is_missing_in_the_table_is_found() -> None:
    readme = README.read_text().replace("| `RELAY_SHARDS` |", "| `OTHER` |")
    assert readme != settings_table.written(readme, services.definitions())


def test_the_tables_of_retention_are_up_to_date() -> None:
    document = PERSONAL_DATA.read_text()
    assert document == retention_table.written(document, services.definitions()), "run `make docs`"
