"""Which passwords are refused."""

import pytest

from services.identity.domain.passwords import reason_to_refuse
from services.identity.storage.common_passwords import COMMON

WORDS = ["Jean-Pierre", "Durand", "jp.durand87"]


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "de 8 à 128"),
        ("x" * 129, "de 8 à 128"),
        ("MotDePasse", "trop courant"),
        ("Password1", "trop courant"),
        ("~~~~~~~~~~", "trop courant"),
        ("xxDURANDxx", "votre nom"),
        ("la pierre du jardin", "votre nom"),
    ],
)
def test_bad_passwords_are_refused_with_the_reason(password: str, why: str) -> None:
    assert why in (reason_to_refuse(password, words=WORDS, common=COMMON) or "")


@pytest.mark.parametrize(
    "password", ["quatre chevaux dans le pré", "jp jp jp!", "8caract.", "é" * 4 + "è" * 124, " tab\tet\x00nul "]
)
def test_any_characters_are_taken(password: str) -> None:
    assert reason_to_refuse(password, words=WORDS, common=COMMON) is None


def test_the_list_has_the_three_thousand_that_the_standard_asks_for() -> None:
    assert len(COMMON) > 3000
    assert all(len(password) >= 8 and password == password.lower() for password in COMMON)
