"""The README's table of settings is the one that the settings make."""

from pathlib import Path

from docs import generate, settings_table

README = Path(__file__).parents[2] / "README.md"


def test_the_table_of_settings_is_the_one_of_now() -> None:
    readme = README.read_text()
    assert readme == settings_table.written(readme, generate.services()), "run `make docs`"


def test_a_setting_that_the_table_lacks_is_noticed() -> None:
    readme = README.read_text().replace("| `RELAY_SHARDS` |", "| `OTHER` |")
    assert readme != settings_table.written(readme, generate.services())
