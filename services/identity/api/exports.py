"""The columns of the files of people, structures and accounts."""

from collections.abc import Sequence
from typing import Final

from services.identity.domain.attachment_moves import State
from services.identity.domain.attachments import Status
from services.identity.storage.accounts import ListedAccount
from services.identity.storage.attachment_pages import AttachmentDetails
from services.identity.storage.names import PersonName
from services.identity.storage.overviews import StructureOverview
from shared.http.export import Column

_STATES: Final = {
    State.REQUESTED: "En attente de réponse",
    State.ACTIVE: "Actif",
    State.REFUSED: "Refusé",
    State.ENDED: "Terminé",
}
_STATUSES: Final = {Status.BENEFICIARY: "bénéficiaire", Status.EMPLOYER: "employeur", Status.REFERENT: "référent·e"}


def _full_name(person: PersonName | None) -> str | None:
    return None if person is None else f"{person.first_name} {person.last_name}"


ATTACHMENTS: Final[Sequence[Column[AttachmentDetails]]] = (
    Column("Civilité", lambda line: line.account.civility),
    Column("Nom", lambda line: line.account.last_name),
    Column("Prénom", lambda line: line.account.first_name),
    Column("Adresse électronique", lambda line: line.account.email),
    Column("Structure", lambda line: line.structure.name),
    Column("SIRET", lambda line: line.structure.siret),
    Column("État", lambda line: _STATES[line.state]),
    Column("Statuts", lambda line: ", ".join(_STATUSES[status] for status in line.statuses)),
    Column("Demandé le", lambda line: line.asked_at),
    Column("Confirmé le", lambda line: line.confirmed_at),
    Column("Confirmé par", lambda line: _full_name(line.confirmed_by)),
    Column("Refusé ou terminé le", lambda line: line.closed_at),
    Column("Refusé ou terminé par", lambda line: _full_name(line.closed_by)),
    Column("Raison", lambda line: line.reason),
)
STRUCTURES: Final[Sequence[Column[StructureOverview]]] = (
    Column("Structure", lambda line: line.name),
    Column("SIRET", lambda line: line.siret),
    Column("Commune", lambda line: line.town),
    Column("Adhérente", lambda line: line.is_member),
    Column("Personnes", lambda line: line.people),
    Column("Personnes référentes", lambda line: line.referents),
    Column("Employeurs", lambda line: line.employers),
    Column("Rattachements en attente", lambda line: line.waiting),
)
ACCOUNTS: Final[Sequence[Column[ListedAccount]]] = (
    Column("Civilité", lambda line: line.account.civility),
    Column("Nom", lambda line: line.account.last_name),
    Column("Prénom", lambda line: line.account.first_name),
    Column("Adresse électronique", lambda line: line.account.email),
    Column("Adresse confirmée", lambda line: line.account.proved),
    Column("Équipe de l’agence", lambda line: line.account.is_staff),
    Column("Désactivé", lambda line: line.account.disabled),
)
