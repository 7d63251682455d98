"""The errors that domains, use cases and storage raise. They carry facts, and nothing of HTTP: `shared.http.problems`
maps them.
"""

from collections.abc import Sequence

WrongField = tuple[str, str]
"""The path of a field (`slots.0.ends_at`) and what is wrong with it, a sentence in French."""


class NotFound(Exception):
    """The object does not exist, or the acting person may not see it: the answer is the same, so that nobody
    learns which.
    """


class ChangedMeanwhile(Exception):
    """The object has another version than the one that the person has read."""


def check_version(expected: int, actual: int) -> None:
    """Raise ChangedMeanwhile unless the versions are equal. Call it while the row is locked."""
    if expected != actual:
        raise ChangedMeanwhile


class WrongFields(Exception):
    """Fields that break a rule: all of them at once, so that a form can show them together."""

    def __init__(self, errors: Sequence[WrongField]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in errors))
        self.errors = tuple(errors)


def refuse(errors: Sequence[WrongField]) -> None:
    """Raise WrongFields unless `errors` is empty."""
    if errors:
        raise WrongFields(errors)


class Refused(Exception):
    """A rule of the domain does not allow this. Subclasses carry the facts and make the `sentence` of them, in
    French.
    """

    @property
    def sentence(self) -> str:
        raise NotImplementedError
