"""The record of every kind of mail."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Final

from services.notifier.domain.mails import account, attachment, changes, desk, request, session, trainer
from services.notifier.domain.mails.spec import MailSpec


def declared_in(modules: Iterable[ModuleType]) -> Mapping[str, MailSpec]:
    """The records of the modules, by kind. Raises ValueError for a kind with two records."""
    specs: dict[str, MailSpec] = {}
    for value in (value for module in modules for value in vars(module).values()):
        if isinstance(value, MailSpec) and specs.setdefault(value.kind, value) is not value:
            text = f"the mail {value.kind} is declared twice"
            raise ValueError(text)
    return specs


SPECS: Final = declared_in((account, attachment, desk, request, changes, session, trainer))

WITH_MOTIVATION: Final = frozenset(kind for kind, spec in SPECS.items() if spec.motivation)

SECRET: Final = frozenset(kind for kind, spec in SPECS.items() if spec.secret)
