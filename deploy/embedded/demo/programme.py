"""The catalogue of the demo data: six axes, thirteen trainings, twenty-five sessions in the coming months."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
MORNING: Final = (time(9), time(12, 30))
AFTERNOON: Final = (time(13, 30), time(17))
SATURDAY: Final = 5
LINK: Final = "https://visio.exemple.example/cap-exemple"
ACCESS: Final = "Entrée de plain-pied, place de stationnement réservée à proximité."


@dataclass(frozen=True, slots=True)
class Training:
    """A training. `halves`: its number of half days; `trainer`: the key of its trainer."""

    key: str
    axis: str
    title: str
    summary: str
    objectives: str
    content: str
    audience: str
    prerequisites: str
    halves: int
    trainer: str
    kind: str = "training"
    archived: bool = False
    members_only: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """One occurrence of a training: `weeks` from now, on `weekday` (0 is Monday)."""

    training: str
    number: int
    weeks: int
    weekday: int
    capacity: int
    place: str
    has_trainer: bool = True
    opens_in_weeks: int | None = None
    """None: requests are open already."""

    @property
    def where(self) -> dict[str, object]:
        """The place and its parts, in the form of the API."""
        if self.place.startswith("À distance"):
            return {"place": self.place, "distance": True, "link": LINK}
        town, _, rest = self.place.partition(", ")
        street = rest.partition(", ")[0]
        access = {"access": ACCESS} if street[0].isdigit() else {}
        return {"place": self.place, "town": town, "address": street, **access}


AXES: Final = (
    ("Accueil et accompagnement", "Recevoir, écouter, orienter les personnes dans leur parcours."),
    ("Droits et dispositifs", "Connaître les aides, les contrats et la validation des acquis."),
    ("Numérique et données", "Se servir des outils du quotidien et protéger les données des personnes."),
    ("Égalité et handicap", "Prévenir les discriminations, adapter l'accompagnement."),
    ("Territoires et entreprises", "Travailler avec les employeurs et les réseaux locaux."),
    ("Animation et pédagogie", "Concevoir et animer des temps collectifs."),
)

_EVERYBODY: Final = "Professionnel·les de l'accueil, de l'orientation, de la formation et de l'emploi."
_NONE: Final = "Aucun."

TRAININGS: Final = (
    Training(
        "entretien", "Accueil et accompagnement", "Conduire un entretien d'accompagnement",
        "Poser un cadre, écouter, faire émerger une demande.",
        "Structurer un entretien en quatre temps ; pratiquer la reformulation ; conclure par un engagement réciproque.",
        "Les temps de l'entretien. Questions ouvertes et fermées. Jeux de rôle filmés et analysés en groupe.",
        _EVERYBODY, "Recevoir du public en entretien individuel.", 4, "nadia.lemoine",
    ),
    Training(
        "conflit", "Accueil et accompagnement", "Prévenir et apaiser les tensions à l'accueil",
        "Reconnaître la montée d'une tension et y répondre.",
        "Repérer les signes avant-coureurs ; choisir sa posture ; passer le relais au bon moment.",
        "Mécanismes de l'agressivité. Paroles qui apaisent. Protocole d'alerte de la structure.",
        "Agents d'accueil et conseiller·ères.", _NONE, 2, "nadia.lemoine",
    ),
    Training(
        "vae", "Droits et dispositifs", "La VAE pas à pas",
        "Informer et accompagner vers la validation des acquis de l'expérience.",
        "Situer la VAE parmi les voies de certification ; vérifier la recevabilité ; "
        "préparer à la rédaction du dossier.",
        "Cadre légal en vigueur. Étapes et interlocuteurs. Étude de trois parcours.",
        _EVERYBODY, _NONE, 2, "thierry.castaing",
    ),
    Training(
        "alternance", "Droits et dispositifs", "Les contrats en alternance en pratique",
        "Apprentissage et professionnalisation : choisir et monter le bon contrat.",
        "Comparer les contrats ; estimer la rémunération ; remplir le dossier de l'employeur.",
        "Publics et durées. Aides à l'embauche. Cas pratiques.",
        _EVERYBODY, "Connaître le vocabulaire de la formation professionnelle.", 2, "thierry.castaing",
    ),
    Training(
        "rgpd", "Numérique et données", "Protéger les données des personnes accompagnées",
        "Le RGPD appliqué aux dossiers du quotidien.",
        "Distinguer les données utiles ; tenir un registre ; répondre à une demande de la personne.",
        "Principes. Durées de conservation. Atelier sur les formulaires de la structure.",
        _EVERYBODY, _NONE, 1, "thierry.castaing",
    ),
    Training(
        "tableur", "Numérique et données", "Suivre son activité avec un tableur",
        "Des listes propres aux tableaux de bord.",
        "Nettoyer une liste ; croiser des données ; présenter un suivi lisible.",
        "Tris et filtres. Tableaux croisés. Mise en forme d'un tableau de bord.",
        _EVERYBODY, "Savoir ouvrir et enregistrer un classeur.", 3, "thierry.castaing",
    ),
    Training(
        "discriminations", "Égalité et handicap", "Agir contre les discriminations à l'embauche",
        "Repérer, nommer, réagir.",
        "Connaître les critères légaux ; analyser une offre ; soutenir une personne discriminée.",
        "Cadre juridique. Stéréotypes et préjugés. Jurisprudence commentée.",
        _EVERYBODY, _NONE, 2, "nadia.lemoine",
    ),
    Training(
        "handicap", "Égalité et handicap", "Accompagner une personne en situation de handicap",
        "Adapter l'entretien et mobiliser les bons partenaires.",
        "Parler du handicap sans gêne ; identifier les besoins de compensation ; saisir le réseau spécialisé.",
        "Familles de handicap. Compensation. Rencontre avec un partenaire spécialisé.",
        _EVERYBODY, _NONE, 2, "nadia.lemoine",
    ),
    Training(
        "entreprises", "Territoires et entreprises", "Aller à la rencontre des employeurs",
        "Préparer et réussir une visite d'entreprise.",
        "Cibler ; argumenter ; assurer le suivi.",
        "Prospection. Entretien avec un employeur. Mises en situation.",
        "Chargé·es de relations avec les entreprises, conseiller·ères.", _NONE, 3, "thierry.castaing",
    ),
    Training(
        "visite-bois", "Territoires et entreprises", "Visite : les métiers de la filière bois",
        "Une demi-journée dans une scierie et un atelier de charpente.",
        "Connaître les gestes, les conditions et les recrutements de la filière.",
        "Visite guidée. Échange avec les équipes. Débouchés sur le territoire.",
        _EVERYBODY, "Chaussures fermées.", 1, "thierry.castaing", kind="other_action", members_only=True,
    ),
    Training(
        "atelier", "Animation et pédagogie", "Animer un atelier collectif",
        "Du déroulé à la conclusion.",
        "Bâtir un déroulé ; varier les formes ; réguler un groupe.",
        "Objectifs et séquences. Techniques d'animation. Chacun·e anime dix minutes.",
        _EVERYBODY, "Avoir un atelier à animer dans les trois mois.", 4, "nadia.lemoine",
    ),
    Training(
        "codev", "Animation et pédagogie", "Rencontre de codéveloppement entre pairs",
        "Une situation apportée par chacun·e, regardée à plusieurs.",
        "Prendre du recul ; s'appuyer sur le groupe.",
        "Méthode de codéveloppement en six étapes.",
        _EVERYBODY, _NONE, 1, "nadia.lemoine", kind="other_action",
    ),
    Training(
        "cv", "Accueil et accompagnement", "Rédiger un CV avec une personne accompagnée",
        "Une demi-journée pratique.",
        "Faire ressortir les acquis ; choisir une forme.",
        "Trois modèles. Travail à deux.",
        _EVERYBODY, _NONE, 1, "nadia.lemoine", archived=True,
    ),
)  # fmt: skip

SESSIONS: Final = (
    Session("entretien", 1, 4, 0, 12, "Limoges, 12 rue des Émailleurs, salle Porcelaine"),
    Session("entretien", 2, 13, 1, 12, "Bordeaux, 8 quai des Salinières, salle 2"),
    Session("conflit", 1, 3, 1, 10, "Poitiers, 3 place du Clain, salle Aliénor"),
    Session("conflit", 2, 11, 3, 10, "Pau, 21 avenue des Gaves, salle Ossau"),
    Session("vae", 1, 5, 2, 1, "La Rochelle, 4 cours des Dames, salle Aunis"),
    Session("vae", 2, 12, 2, 14, "Limoges, 12 rue des Émailleurs, salle Porcelaine"),
    Session("alternance", 1, 6, 3, 14, "Bordeaux, 8 quai des Salinières, salle 1"),
    Session("alternance", 2, 14, 0, 14, "Poitiers, 3 place du Clain, salle Aliénor"),
    Session("rgpd", 1, 3, 4, 16, "À distance, lien envoyé la veille"),
    Session("rgpd", 2, 9, 4, 16, "À distance, lien envoyé la veille"),
    Session("tableur", 1, 7, 0, 8, "Pau, 21 avenue des Gaves, salle informatique"),
    Session("tableur", 2, 15, 1, 8, "Limoges, 12 rue des Émailleurs, salle informatique"),
    Session("discriminations", 1, 5, 3, 12, "Bordeaux, 8 quai des Salinières, salle 2"),
    Session("discriminations", 2, 16, 3, 12, "La Rochelle, 4 cours des Dames, salle Aunis"),
    Session("handicap", 1, 8, 1, 12, "Limoges, 12 rue des Émailleurs, salle Porcelaine"),
    Session("handicap", 2, 17, 1, 12, "Bordeaux, 8 quai des Salinières, salle 1"),
    Session("entreprises", 1, 6, 0, 10, "Poitiers, 3 place du Clain, salle Aliénor"),
    Session("entreprises", 2, 18, 0, 10, "Pau, 21 avenue des Gaves, salle Ossau", has_trainer=False),
    Session("visite-bois", 1, 7, 4, 20, "Saint-Junien, départ du parking de la gare"),
    Session("visite-bois", 2, 19, 4, 20, "Mont-de-Marsan, départ du parking de la gare"),
    Session("atelier", 1, 9, 2, 10, "Limoges, 12 rue des Émailleurs, salle Porcelaine"),
    Session("atelier", 2, 20, 2, 10, "Bordeaux, 8 quai des Salinières, salle 2", opens_in_weeks=8),
    Session("codev", 1, 4, 4, 8, "Poitiers, 3 place du Clain, salle Aliénor"),
    Session("cv", 1, 5, 1, 10, "Limoges, 12 rue des Émailleurs, salle Porcelaine"),
    Session("codev", 2, 10, 4, 8, "La Rochelle, 4 cours des Dames, salle Aunis"),
)


def slots(first_day: date, halves: int) -> list[dict[str, str]]:
    """Consecutive half days from a day on, without week-ends, in the form of the API."""
    half_days: list[dict[str, str]] = []
    day = first_day
    while len(half_days) < halves:
        if day.weekday() < SATURDAY:
            half_days += [_slot(day, *half) for half in (MORNING, AFTERNOON)][: halves - len(half_days)]
        day += timedelta(days=1)
    return half_days


def _slot(day: date, begins: time, ends: time) -> dict[str, str]:
    return {
        "starts_at": datetime.combine(day, begins, PARIS).isoformat(),
        "ends_at": datetime.combine(day, ends, PARIS).isoformat(),
    }


def first_day(today: date, weeks: int, weekday: int) -> date:
    """The day `weekday` of the week that is `weeks` after the current one."""
    return today - timedelta(days=today.weekday()) + timedelta(weeks=weeks, days=weekday)


HALF_A_DAY: Final = 3.5
ACCESSIBILITY: Final = "Dites-nous ce dont vous avez besoin : nous adaptons les supports et la salle."
CONTACT: Final = "Pôle formation, 05 00 00 00 00, formation@cap-exemple.example"


def duration(halves: int) -> str:
    """« 3 demi-journées, 10,5 h »."""
    hours = f"{halves * HALF_A_DAY:g}".replace(".", ",")
    return f"{halves} demi-journée{'s' if halves > 1 else ''}, {hours} h"


def times_of(first: date, halves: int, *, opened: datetime) -> dict[str, object]:
    """Slots, opening and closing time of a session, in the form of the API.

    The session closes for requests a week before it starts, but at least an hour after it opened.
    """
    half_days = slots(first, halves)
    begins = datetime.fromisoformat(half_days[0]["starts_at"])
    closes = max(begins - timedelta(days=7), opened + timedelta(hours=1))
    return {"slots": half_days, "opens_at": opened.isoformat(), "closes_at": min(closes, begins).isoformat()}
