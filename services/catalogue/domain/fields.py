"""What is wrong with what was given, field by field."""

from collections.abc import Sequence

Wrong = tuple[str, str]
"""The path of a field (`slots.0.ends_at`) and what is wrong with it, in French."""


class WrongFields(Exception):
    """Fields that break a rule: every one of them, so that a form can show them all."""

    def __init__(self, errors: Sequence[Wrong]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in errors))
        self.errors = tuple(errors)


def refuse(errors: Sequence[Wrong]) -> None:
    """Raise WrongFields when there is anything to say."""
    if errors:
        raise WrongFields(errors)
