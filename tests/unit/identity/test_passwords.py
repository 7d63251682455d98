"""Which passwords are refused."""

from typing import Any

import pytest

from services.identity.domain.passwords import reason_to_refuse
from services.identity.storage.common_passwords import COMMON

CONTEXT: dict[str, Any] = {
    "words": ["Jean-Pierre", "Durand", "jp.durand87"],
    "structures": ["Mission locale pour tous", "Marseille"],
    "agency": "Cap Exemple",
}


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "de 8 à 128"),
        ("x" * 129, "de 8 à 128"),
        ("MotDePasse", "trop courant"),
        ("Password1", "trop courant"),
        ("chatchat", "trop courant"),
        ("doudou12", "trop courant"),
        ("!azerty-2026", "trop courant"),
        ("Prénom-Marseille", "« marseille », un mot du nom de votre structure"),
        ("ma locale à moi", "« locale », un mot du nom de votre structure"),
        ("capexemple", "« exemple », un mot de l'agence"),
        ("ParcoursPro et moi", "« parcours », un mot de l'agence"),
        ("Printemps2026", "saison ou d'un mois"),
        ("mon été 2026 à moi", "saison ou d'un mois"),
        ("Août-26!", "saison ou d'un mois"),
        ("~~~~~~~~~~", "trop courant"),
        ("xxDURANDxx", "votre nom"),
        ("la pierre du jardin", "votre nom"),
    ],
)
def test_bad_passwords_are_refused_with_the_reason(password: str, why: str) -> None:
    assert why in (reason_to_refuse(password, **CONTEXT, common=COMMON) or "")


@pytest.mark.parametrize(
    "password",
    [
        "quatre chevaux dans le pré",
        "jp jp jp!",
        "8caract.",
        "éa" * 4 + "è" * 120,
        " tab\tet\x00nul ",
        "azerty-1029384756",
        "deux chevaux pour tous",
        "né en 2026 à midi",
    ],
)
def test_any_characters_are_taken(password: str) -> None:
    assert reason_to_refuse(password, **CONTEXT, common=COMMON) is None


def test_a_name_of_short_words_counts_as_one_word() -> None:
    refused = reason_to_refuse("mon captel à moi", words=[], structures=[], agency="Cap Tel", common=COMMON)
    assert "« captel », un mot de l'agence" in (refused or "")


def test_the_list_has_the_three_thousand_that_the_standard_asks_for() -> None:
    assert sum(len(password) >= 8 for password in COMMON) > 10_000
    assert all(len(password) >= 4 and password == password.lower() for password in COMMON)
