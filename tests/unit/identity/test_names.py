"""What a person's name may contain: it is mailed to addresses that are not proved yet."""

import pytest
from pydantic import TypeAdapter, ValidationError

from services.identity.api.fields import Name

NAME: TypeAdapter[str] = TypeAdapter(Name)


@pytest.mark.parametrize(
    "name",
    [
        *("Zoé", "Jean-Pierre", "O'Neil", "L’Hermite", "J. Dupont", "J.-P. Martin", "de la Tour", "X"),
        *("Nguyễn Thị", "محمد", "अनुराधा", "Ðorđević", "Ngồ"),
    ],
)
def test_a_name_of_letters_marks_and_separators_is_accepted(name: str) -> None:
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "www.evil.example",
            "evil。example",
            "https∶∕∕evil.example",
            "a@b",
            "a/b",
            "a:b",
            "<b>",
            "=?utf-8?q?a?=",
            "a_b",
        ),
        *("a\u200bb", "a\u00adb", "\ufeffa", "a\u200e", "\u3164", "\u115f", "a\u034f", "a\ufe0f", "\U000e0041"),
        *("e" + "\u0301" * 20, "-", "' '", ".", "Jean2", "Gagnez 500 euros", "😀", "x" * 81, "a\nb", "a\u2028b"),
    ],
)
def test_a_name_that_is_a_link_or_invisible_or_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NAME.validate_python(name)
