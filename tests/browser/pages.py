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
    "/compte/second-facteur": by(STAFF, "/compte/second-facteur"),
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
    "/formateur/demandes/ensemble": by(
        NADIA, "/formateur/demandes/ensemble?acte=validate&demande={nadia_awaiting_trainer}"
    ),
    # accounts and structures
    "/compte/adresse": by(KARIM, "/compte/adresse"),
    "/compte/adresse-nouvelle/{token}": by(KARIM, f"/compte/adresse-nouvelle/{TOKEN}"),
    "/compte/donnees": by(KARIM, "/compte/donnees"),
    "/compte/suppression": by(KARIM, "/compte/suppression"),
    "/compte/suppression/suite": by(KARIM, "/compte/suppression/suite", status=404),
    "/compte/connexions": by(KARIM, "/compte/connexions"),
    "/compte/structures": by(KARIM, "/compte/structures", "/compte/structures?q=tremplin"),
    "/compte/structures/{structure_id}": by(AICHA, "/compte/structures/{structure}"),
    "/propositions": by(AICHA, "/propositions"),
    "/propositions/{proposal_id}": by(AICHA, "/propositions/{proposal}"),
    "/propositions/{proposal_id}/refus": by(AICHA, "/propositions/{proposal}/refus"),
    "/rattachements/{attachment_id}": by(THOMAS, "/rattachements/{waiting_attachment}")
    + by(INES, "/rattachements/{waiting_attachment}")
    + by(CLAIRE, "/rattachements/{attachment}"),
    "/rattachements/{attachment_id}/acte/{name}": by(THOMAS, "/rattachements/{waiting_attachment}/acte/confirmer")
    + by(CLAIRE, "/rattachements/{attachment}/acte/statuts", "/rattachements/{attachment}/acte/terminer"),
    "/structure/annee": by(CLAIRE, "/structure/annee"),
    "/structure/decisions": by(CLAIRE, "/structure/decisions"),
    "/structure/demandes/ensemble": by(
        CLAIRE, "/structure/demandes/ensemble?acte=refuse&demande={karim_awaiting_employer}"
    ),
    "/structure/demandes-ouvertes": by(BRUNO, "/structure/demandes-ouvertes")
    + by(CLAIRE, "/structure/demandes-ouvertes"),
    "/structure/demandes-ouvertes/{left_open_id}": by(BRUNO, "/structure/demandes-ouvertes/{left_open}"),
    "/structure/fiche": by(CLAIRE, "/structure/fiche"),
    "/structure/inviter": by(CLAIRE, "/structure/inviter"),
    "/structure/personnes": by(CLAIRE, "/structure/personnes"),
    "/structure/personnes/anciennes": by(CLAIRE, "/structure/personnes/anciennes"),
    "/structure/personnes/{account_id}": by(CLAIRE, "/structure/personnes/{person}"),
    "/structure/presences": by(CLAIRE, "/structure/presences"),
    "/structure/proposer": by(CLAIRE, "/structure/proposer"),
    "/structure/referent": by(CLAIRE, "/structure/referent"),
    # the agency
    "/agence": by(STAFF, "/agence"),
    "/agence/catalogue": by(STAFF, "/agence/catalogue"),
    "/agence/catalogue/axes": by(STAFF, "/agence/catalogue/axes"),
    "/agence/catalogue/axes/{axis_id}": by(STAFF, "/agence/catalogue/axes/{axis}"),
    "/agence/catalogue/axes/{axis_id}/supprimer": by(STAFF, "/agence/catalogue/axes/{axis}/supprimer"),
    "/agence/catalogue/nouvelle": by(STAFF, "/agence/catalogue/nouvelle"),
    "/agence/catalogue/{training_id}": by(STAFF, "/agence/catalogue/{training}"),
    "/agence/catalogue/{training_id}/acte/{name}": by(STAFF, "/agence/catalogue/{training}/acte/archiver"),
    "/agence/catalogue/{training_id}/modifier": by(STAFF, "/agence/catalogue/{training}/modifier"),
    "/agence/catalogue/{training_id}/session": by(STAFF, "/agence/catalogue/{training}/session"),
    "/agence/demandes/ensemble": by(STAFF, "/agence/demandes/ensemble?acte=validate&demande={awaiting_trainer}"),
    "/agence/demandes-ouvertes": by(STAFF, "/agence/demandes-ouvertes"),
    "/agence/demandes-ouvertes/{left_open_id}": by(STAFF, "/agence/demandes-ouvertes/{left_open}"),
    "/agence/echanges": by(STAFF, "/agence/echanges"),
    "/agence/echanges/{place}": by(STAFF, "/agence/echanges/demandes"),
    "/agence/echanges/{place}/relance": by(STAFF, "/agence/echanges/demandes/relance"),
    "/agence/echanges/{place}/{number}": by(STAFF, "/agence/echanges/demandes/1", status=404),
    "/agence/echanges/{place}/{number}/{act}": by(STAFF, "/agence/echanges/demandes/1/abandon", status=404),
    "/agence/suppressions": by(STAFF, "/agence/suppressions"),
    "/agence/mails": by(STAFF, "/agence/mails"),
    "/agence/mails/{mail_id}": by(STAFF, "/agence/mails/{mail}"),
    "/agence/mails/{mail_id}/renvoi": by(STAFF, "/agence/mails/{mail}/renvoi"),
    "/agence/personnes": by(STAFF, "/agence/personnes"),
    "/agence/personnes/nouvelle": by(STAFF, "/agence/personnes/nouvelle"),
    "/agence/personnes/{account_id}": by(STAFF, "/agence/personnes/{person}"),
    "/agence/personnes/{account_id}/acte/{name}": by(STAFF, "/agence/personnes/{person}/acte/desactiver"),
    "/agence/personnes/{account_id}/messages": by(STAFF, "/agence/personnes/{person}/messages"),
    "/agence/rattachements": by(STAFF, "/agence/rattachements"),
    "/agence/rattachements/{attachment_id}": by(STAFF, "/agence/rattachements/{attachment}"),
    "/agence/rattachements/{attachment_id}/acte/{name}": by(STAFF, "/agence/rattachements/{attachment}/acte/statuts"),
    "/agence/recherche": by(STAFF, "/agence/recherche?q=limoges"),
    "/agence/recherche/sessions-et-demandes": by(STAFF, "/agence/recherche/sessions-et-demandes?q=limoges"),
    "/agence/regles": by(STAFF, "/agence/regles"),
    "/agence/regles/{name}": by(STAFF, "/agence/regles/structure_cap"),
    "/agence/sessions": by(STAFF, "/agence/sessions"),
    "/agence/sessions/{session_id}": by(STAFF, "/agence/sessions/{session}"),
    "/agence/sessions/{session_id}/acte/{name}": by(STAFF, "/agence/sessions/{session}/acte/annuler"),
    "/agence/sessions/{session_id}/ajouter": by(STAFF, "/agence/sessions/{session}/ajouter"),
    "/agence/sessions/{session_id}/messages": by(STAFF, "/agence/sessions/{session}/messages"),
    "/agence/sessions/{session_id}/modifier": by(STAFF, "/agence/sessions/{session}/modifier"),
    "/agence/structures": by(STAFF, "/agence/structures"),
    "/agence/structures/demandes": by(STAFF, "/agence/structures/demandes"),
    "/agence/structures/demandes/{request_id}": by(STAFF, "/agence/structures/demandes/{structure_request}"),
    "/agence/structures/demandes/{request_id}/{answer}": by(
        STAFF, "/agence/structures/demandes/{structure_request}/refuser"
    ),
    "/agence/structures/nouvelle": by(STAFF, "/agence/structures/nouvelle"),
    "/agence/structures/signalements": by(STAFF, "/agence/structures/signalements"),
    "/agence/structures/signalements/{report_id}": by(STAFF, "/agence/structures/signalements/{report}"),
    "/agence/structures/{structure_id}": by(STAFF, "/agence/structures/{structure}"),
    "/agence/structures/{structure_id}/fusionner": by(STAFF, "/agence/structures/{structure}/fusionner?q=a"),
    "/agence/structures/{structure_id}/{name}": by(STAFF, "/agence/structures/{structure}/fermer"),
    "/agence/structures/{structure_id}/modifier": by(STAFF, "/agence/structures/{structure}/modifier"),
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
        THIERRY, "/formateur/sessions/{past_session}/emargement/lignes/{karim_validated}"
    ),
}

NO_PAGES: Final[Mapping[str, str]] = {
    "/static/{path:path}": "files",
    "/brand.css": "a file",
    "/health/live": "for machines",
    "/health/ready": "for machines",
    "/metrics": "for machines",
    "/compte/donnees/archive.zip": "a file",
    "/demandes/{request_id}/certificat": "a file",
    "/agence/chiffres/{name}.csv": "a file",
    "/agence/mails/{mail_id}/page": "a mail as it was sent",
    "/agence/catalogue/fichier.{file_format}": "a file",
    "/agence/demandes/fichier": "a file",
    "/agence/mails/fichier.{file_format}": "a file",
    "/agence/personnes/fichier.{file_format}": "a file",
    "/agence/rattachements/fichier.{file_format}": "a file",
    "/agence/sessions/fichier.{file_format}": "a file",
    "/agence/structures/fichier.{file_format}": "a file",
    "/formateur/demandes/fichier": "a file",
    "/structure/demandes/fichier": "a file",
    "/formateur/sessions/{session_id}/feuille.pdf": "a file",
    "/structure/decisions/fichier.{file_format}": "a file",
    "/structure/presences/fichier.{file_format}": "a file",
    "/sessions/{session_id}/emargement": "leads to the sheet",
}

ERRORS: Final = by(VISITOR, "/nulle-part", f"/formations/{UNKNOWN}", status=404) + by(
    KARIM, f"/demandes/{UNKNOWN}", status=404
)

EXAMPLES: Final = tuple(each for examples in PAGES.values() for each in examples) + ERRORS
