"""The erasure of an account: asked for, then refused because of obligations, or done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.identity.domain.accounts import ERASED, Account
from shared.errors import Refused

LEFT_WITH_ACCOUNT: Final = "Le compte de la personne est supprimé."
"""The reason why the attachments of an erased account end."""


class State(StrEnum):
    """`asked`: the other services have not answered yet."""

    ASKED = "asked"
    REFUSED = "refused"
    DONE = "done"


class Own(StrEnum):
    """The obligations that identity itself knows."""

    STAFF = "staff"
    LAST_REFERENT = "last_referent"
    STRUCTURE_REQUEST = "structure_request"
    CHANGE_REPORT = "change_report"


_SENTENCES: Final[Mapping[str, str]] = {
    Own.STAFF: "C'est le compte d'une personne de l'équipe de l'agence : une autre personne de l'équipe doit d'abord "
    "retirer ce droit.",
    Own.LAST_REFERENT: "Une structure n'aurait plus de personne référente : une autre doit d'abord être nommée.",
    Own.STRUCTURE_REQUEST: "Une demande d'ajout de structure faite avec cette adresse attend une réponse de l'agence.",
    Own.CHANGE_REPORT: "Un changement de structure signalé depuis ce compte attend une réponse de l'agence.",
    "open_requests": "Des demandes de formation sont en cours : elles doivent d'abord être annulées.",
    "open_proposals": "Une proposition de formation n'a pas encore reçu de réponse.",
    "sessions_to_train": "Une session reste à animer : une autre personne doit d'abord en être chargée.",
    "open_sheets": "La feuille d'émargement d'une session animée ou suivie n'est pas encore close.",
}
"""The same words are for the person and for staff."""
_UNKNOWN: Final = "Une autre obligation est en cours : écrivez à l'agence."


class HasObligations(Refused):
    """The account cannot be erased yet."""

    def __init__(self, obligations: Sequence[str]) -> None:
        super().__init__(obligations)
        self.obligations = obligations

    @property
    def sentence(self) -> str:
        return " ".join(["Ce compte ne peut pas encore être supprimé.", *sentences(self.obligations)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One line of the ledger. `reason`: of staff. `obligations`: why it was refused."""

    id: UUID
    account_id: UUID
    asked_by: UUID
    acting_as: str
    reason: str | None
    asked_at: datetime
    state: State = State.ASKED
    obligations: tuple[str, ...] = ()
    ended_at: datetime | None = None

    @property
    def by_staff(self) -> bool:
        return self.acting_as == "staff"

    @property
    def sentences(self) -> list[str]:
        return sentences(self.obligations)


@dataclass(frozen=True, slots=True)
class AccountErased:
    """The account is a tombstone from now on: without a name, an address, a password or a right."""

    account: Account
    erasure: Erasure


def sentences(obligations: Sequence[str]) -> list[str]:
    """What has to be done first, one sentence for each obligation."""
    return [_SENTENCES.get(obligation, _UNKNOWN) for obligation in obligations]


def refused(erasure: Erasure, obligations: Sequence[str], *, at: datetime) -> Erasure:
    return replace(erasure, state=State.REFUSED, obligations=tuple(obligations), ended_at=at)


def erase(account: Account, erasure: Erasure, *, at: datetime, name: Mapping[str, str]) -> AccountErased:
    """`name`: what stands in the place of the first and the last name."""
    tombstone = replace(
        account,
        version=account.version + 1,
        civility=None,
        first_name=name["first_name"],
        last_name=name["last_name"],
        email=f"{account.id}@{ERASED}",
        is_staff=False,
        disabled=True,
    )
    return AccountErased(tombstone, replace(erasure, state=State.DONE, ended_at=at))
