"""Which SIRET numbers are valid in a request."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.http.fields import Siret

SIRET: TypeAdapter[str] = TypeAdapter(Siret)


@pytest.mark.parametrize("written", ["73282932000074", "732 829 320 00074", " 73282932000074 "])
def test_spaces_in_a_siret_are_removed(written: str) -> None:
    assert SIRET.validate_python(written) == "73282932000074"


@pytest.mark.parametrize("number", ["35600000009075", "35600000000048"])
def test_offices_of_la_poste_have_another_check_digit(number: str) -> None:
    assert SIRET.validate_python(number) == number


@pytest.mark.parametrize(
    "wrong",
    [
        "7328293200007",  # one digit is missing
        "73282932000075",  # the last check digit
        "98765432100015",  # the check digit of its SIREN, the first nine
        "35600000009076",  # La Poste's digits add up to a multiple of five
        "7328293200007x",
        "٧3282932000074",
        "",
    ],
)
def test_anything_else_is_refused_in_french(wrong: str) -> None:
    with pytest.raises(ValidationError, match=r"n'est pas un numéro SIRET valide \(14 chiffres\)"):
        SIRET.validate_python(wrong)
