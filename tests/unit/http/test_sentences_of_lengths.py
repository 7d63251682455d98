"""A sentence about a length has the right plural."""

import pytest

from shared.http.validation import in_french


@pytest.mark.parametrize(
    ("kind", "context", "sentence"),
    [
        ("string_too_short", {"min_length": 1}, "Ce texte est trop court : au moins 1 caractère."),
        ("string_too_short", {"min_length": 2}, "Ce texte est trop court : au moins 2 caractères."),
        ("too_short", {"min_length": 1, "actual_length": 0}, "Il faut au moins 1 élément."),
        ("too_short", {"min_length": 2, "actual_length": 1}, "Il faut au moins 2 éléments."),
        ("too_long", {"max_length": 1, "actual_length": 2}, "Il faut au plus 1 élément."),
    ],
)
def test_the_number_decides(kind: str, context: dict[str, int], sentence: str) -> None:
    assert in_french({"type": kind, "loc": ("body", "name"), "ctx": context}) == ("name", sentence)
