"""The record of every kind of mail."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.notifier.domain.kinds import Kind
from services.notifier.domain.mails import account, attachment, desk, request, session
from services.notifier.domain.mails.spec import MailSpec


def by_kind(specs: Iterable[MailSpec]) -> Mapping[Kind, MailSpec]:
    """Raises ValueError unless each kind has exactly one record."""
    specs_by_kind: dict[Kind, MailSpec] = {}
    for spec in specs:
        if spec.kind in specs_by_kind:
            text = f"the mail {spec.kind} is declared twice"
            raise ValueError(text)
        specs_by_kind[spec.kind] = spec
    missing = sorted(set(Kind) - set(specs_by_kind))
    if missing:
        text = f"no record declares the mail {', '.join(missing)}"
        raise ValueError(text)
    return specs_by_kind


SPECS: Final = by_kind((*account.SPECS, *attachment.SPECS, *desk.SPECS, *request.SPECS, *session.SPECS))

SECRET: Final = frozenset(kind for kind, spec in SPECS.items() if spec.secret)
