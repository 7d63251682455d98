"""Every page with example addresses: this is the list for the tests and for the pictures.

To add a page, add one line to PAGES: the path as its route declares it, and who opens which address. Names in braces
are those of `find_places`. `test_every_page_has_an_example` fails until the line is there. What is opened as a file, or
is a part of a page, stands in NO_PAGES instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.browser.places import UNKNOWN
from tests.e2e.systems import STAFF_EMAIL


@dataclass(frozen=True, slots=True)
class Example:
    """An address, and the e-mail address of who opens it; None: a visitor. `status` is that of the answer."""

    reader: str | None
    address: str
    status: int = 200

    @property
    def name(self) -> str:
        """Such as `karim demandes-liste-suivies`, for files and for the names of tests."""
        who = self.reader.partition(".")[0].partition("@")[0] if self.reader else "visiteur"
        words = self.address.strip("/")
        for sign in "/?=&":
            words = words.replace(sign, "-")
        return f"{who} {words.replace('{', '').replace('}', '') or 'accueil'}"


def by(reader: str | None, *addresses: str, status: int = 200) -> tuple[Example, ...]:
    """The examples that one person opens."""
    return tuple(Example(reader, address, status) for address in addresses)


VISITOR: Final = None
STAFF: Final = STAFF_EMAIL
KARIM: Final = "karim.benali@mission-locale.example"  # beneficiary
AICHA: Final = "aicha.diallo@tremplin.example"  # beneficiary who has to answer
CLAIRE: Final = "claire.dumas@mission-locale.example"  # employer and referent
THOMAS: Final = "thomas.brunet@mobilite.example"  # referent of somebody who waits
BRUNO: Final = "bruno.testard@alienor.example"  # everything in one structure
INES: Final = "ines.moreau@mobilite.example"  # waits for the referent
NADIA: Final = "nadia.lemoine@formateurs.example"  # trainer
THIERRY: Final = "thierry.castaing@formateurs.example"  # trainer of a closed sheet
TOKEN: Final = "a-secret-of-a-mail"

PAGES: Final[Mapping[str, tuple[Example, ...]]] = {
    # visitors
    "/": by(VISITOR, "/") + by(KARIM, "/"),
    "/formations": by(VISITOR, "/formations", "/formations?q=entretien&free=true", "/formations?q=introuvable"),
    "/formations/{training_id}": by(VISITOR, "/formations/{training}") + by(KARIM, "/formations/{training}"),
    "/sessions/{session_id}": by(VISITOR, "/sessions/{past_session}"),
    "/regles": by(VISITOR, "/regles") + by(KARIM, "/regles"),
    # accounts
    "/connexion": by(VISITOR, "/connexion"),
    "/compte": by(KARIM, "/compte") + by(INES, "/compte") + by(BRUNO, "/compte"),
    "/compte/nouveau": by(VISITOR, "/compte/nouveau", "/compte/nouveau?q=o", "/compte/nouveau?structure={structure}"),
    "/compte/adresse/{token}": by(VISITOR, f"/compte/adresse/{TOKEN}"),
    "/compte/mot-de-passe-oublie": by(VISITOR, "/compte/mot-de-passe-oublie"),
    "/compte/mot-de-passe/{token}": by(VISITOR, f"/compte/mot-de-passe/{TOKEN}"),
    "/structures/nouvelle": by(VISITOR, "/structures/nouvelle"),
    # beneficiaries
    "/panier": by(KARIM, "/panier"),
    "/panier/ajouter/{session_id}": by(AICHA, "/panier/ajouter/{session}") + by(NADIA, "/panier/ajouter/{session}"),
    "/demandes": by(KARIM, "/demandes", "/demandes?liste=suivies", "/demandes?liste=refusees")
    + by(AICHA, "/demandes?liste=annulees"),
    "/demandes/{request_id}": by(KARIM, "/demandes/{karim_awaiting_employer}", "/demandes/{karim_validated}")
    + by(AICHA, "/demandes/{aicha_awaiting_beneficiary}")
    + by(CLAIRE, "/demandes/{karim_awaiting_employer}", "/demandes/{karim_refused}")
    + by(NADIA, "/demandes/{nadia_awaiting_trainer}")
    + by(STAFF, "/demandes/{withdrawn}", "/demandes/{awaiting_beneficiary}"),
    "/demandes/{request_id}/acte/{move}": by(KARIM, "/demandes/{karim_awaiting_employer}/acte/withdraw")
    + by(CLAIRE, "/demandes/{karim_awaiting_employer}/acte/refuse", "/demandes/{karim_awaiting_employer}/acte/decline")
    + by(NADIA, "/demandes/{nadia_awaiting_trainer}/acte/ask")
    + by(STAFF, "/demandes/{awaiting_trainer}/acte/transfer"),
    # lists of requests
    "/structure/demandes": by(CLAIRE, "/structure/demandes", "/structure/demandes?etat=toutes")
    + by(THOMAS, "/structure/demandes"),
    "/formateur/demandes": by(NADIA, "/formateur/demandes", "/formateur/demandes?session={begun_session}"),
    "/agence/demandes": by(STAFF, "/agence/demandes", "/agence/demandes?q=introuvable"),
    # trainers
    "/formateur": by(NADIA, "/formateur", "/formateur?quand=passees"),
    "/formateur/sessions/{session_id}": by(NADIA, "/formateur/sessions/{begun_session}")
    + by(STAFF, "/formateur/sessions/{past_session}"),
    "/formateur/sessions/{session_id}/messages": by(NADIA, "/formateur/sessions/{begun_session}/messages"),
    "/formateur/sessions/{session_id}/emargement": by(NADIA, "/formateur/sessions/{begun_session}/emargement")
    + by(STAFF, "/formateur/sessions/{begun_session}/emargement", "/formateur/sessions/{past_session}/emargement"),
    "/formateur/sessions/{session_id}/emargement/ajouter": by(
        NADIA, "/formateur/sessions/{begun_session}/emargement/ajouter?q=di"
    )
    + by(STAFF, "/formateur/sessions/{begun_session}/emargement/ajouter?q=di"),
    "/formateur/sessions/{session_id}/emargement/cloture": by(
        NADIA, "/formateur/sessions/{begun_session}/emargement/cloture"
    ),
    "/formateur/sessions/{session_id}/emargement/reouverture": by(
        THIERRY, "/formateur/sessions/{past_session}/emargement/reouverture"
    ),
    "/formateur/sessions/{session_id}/emargement/lignes/{request_id}": by(
        THIERRY, "/formateur/sessions/{past_session}/emargement/lignes/{thierry_validated}"
    ),
}

NO_PAGES: Final[Mapping[str, str]] = {
    "/static/{path:path}": "files",
    "/brand.css": "a file",
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/demandes/{request_id}/certificat": "a file",
    "/formateur/sessions/{session_id}/feuille.pdf": "a file",
    "/sessions/{session_id}/emargement": "leads to the sheet",
}

ERRORS: Final = by(VISITOR, "/nulle-part", f"/formations/{UNKNOWN}", status=404) + by(
    KARIM, f"/demandes/{UNKNOWN}", status=404
)

EXAMPLES: Final = tuple(each for examples in PAGES.values() for each in examples) + ERRORS
