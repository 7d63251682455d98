"""Which passwords are refused, and why."""

from collections.abc import Iterable
from typing import Final

SHORTEST: Final = 8
LONGEST: Final = 128
SHORTEST_WORD: Final = 4
COMMON: Final = frozenset(
    "12345678 123456789 1234567890 password password1 azertyuiop azerty123 qwertyuiop qwerty123 motdepasse motdepasse1 "
    "iloveyou jetaime123 soleil123 bonjour123 11111111 00000000 sunshine football princess doudou123 loulou123".split()
)


def refusal(password: str, words: Iterable[str]) -> str | None:
    """Say in a sentence why the password is refused; None when it is good. `words`: the person's names and address."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"Le mot de passe doit compter de {SHORTEST} à {LONGEST} caractères."
    lowered = password.lower()
    if lowered in COMMON:
        return "Ce mot de passe est trop courant : choisissez-en un autre."
    if any(len(word) >= SHORTEST_WORD and word.lower() in lowered for word in words):
        return "Le mot de passe ne doit contenir ni votre nom ni votre adresse."
    return None
