"""The sentences of rules that depend on their value in more than a number."""

import pytest

from services.enrollment.domain.rules.descriptions import DESCRIPTIONS
from services.enrollment.domain.rules.one_session_per_training import OneSessionPerTraining


@pytest.mark.parametrize(
    ("years", "end"),
    [(0, "ne la suit qu'une fois."), (1, "ne la suit de nouveau qu'après 1 an."), (3, "de nouveau qu'après 3 ans.")],
)
def test_the_rule_says_after_how_many_years_a_training_is_followed_again(years: int, end: str) -> None:
    said = DESCRIPTIONS["one_session_per_training"].sentence(OneSessionPerTraining(years))
    assert said.startswith("Une personne n'a qu'une demande en cours pour une formation, et ")
    assert said.endswith(end)
