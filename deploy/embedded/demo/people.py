"""Who is in the demonstration: five structures, fifteen people."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "Demain-on-forme!"  # noqa: S105 - shown on the first page of a demonstration, and of nothing else


@dataclass(frozen=True, slots=True)
class Structure:
    """An organisation; its SIRET is made up and passes the check of its digits."""

    key: str
    name: str
    siret: str
    town: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a structure. The first one of each is its referent at once and gives everybody's statuses."""

    key: str
    civility: str
    first_name: str
    last_name: str
    structure: str
    statuses: tuple[str, ...]

    @property
    def email(self) -> str:
        """The address."""
        return f"{self.key}@{self.structure}.example"


@dataclass(frozen=True, slots=True)
class Trainer:
    """Somebody whom the agency's desk gave an account without a structure."""

    key: str
    civility: str
    first_name: str
    last_name: str

    @property
    def email(self) -> str:
        """The address."""
        return f"{self.key}@formateurs.example"


@dataclass(frozen=True, slots=True)
class Account:
    """What the first page shows of a person."""

    name: str
    email: str
    role: str


STRUCTURES: Final = (
    Structure("mission-locale", "Mission locale du Val de Vienne", "84021137900010", "Limoges", is_member=True),
    Structure("tremplin", "Association Tremplin Atlantique", "51930482800014", "La Rochelle", is_member=True),
    Structure("alienor", "Centre de formation Aliénor", "39817264300015", "Poitiers", is_member=True),
    Structure("emploi-gaves", "Maison de l'emploi des Gaves", "77204915100016", "Pau", is_member=False),
    Structure("mobilite", "Plateforme Mobilité Garonne", "90315548900011", "Bordeaux", is_member=False),
)

PEOPLE: Final = (
    Person("claire.dumas", "Mme", "Claire", "Dumas", "mission-locale", ("employer", "referent")),
    Person("karim.benali", "M.", "Karim", "Benali", "mission-locale", ("beneficiary",)),
    Person("sophie.laurent", "Mme", "Sophie", "Laurent", "mission-locale", ("beneficiary",)),
    Person("helene.caradec", "Mme", "Hélène", "Caradec", "tremplin", ("employer", "referent")),
    Person("marc.poitevin", "M.", "Marc", "Poitevin", "tremplin", ("employer",)),
    Person("aicha.diallo", "Mme", "Aïcha", "Diallo", "tremplin", ("beneficiary",)),
    Person("bruno.testard", "M.", "Bruno", "Testard", "alienor", ("beneficiary", "employer", "referent")),
    Person("emilie.garnier", "Mme", "Émilie", "Garnier", "alienor", ("beneficiary",)),
    Person("pilar.etcheverry", "Mme", "Pilar", "Etcheverry", "emploi-gaves", ("employer", "referent")),
    Person("lucas.hourcade", "M.", "Lucas", "Hourcade", "emploi-gaves", ("beneficiary",)),
    Person("thomas.brunet", "M.", "Thomas", "Brunet", "mobilite", ("employer", "referent")),
    Person("ines.moreau", "Mme", "Inès", "Moreau", "mobilite", ()),
)
"""The last one has asked, and nobody has answered yet."""

TRAINERS: Final = (
    Trainer("nadia.lemoine", "Mme", "Nadia", "Lemoine"),
    Trainer("thierry.castaing", "M.", "Thierry", "Castaing"),
)

_ROLES: Final = {"beneficiary": "bénéficiaire", "employer": "employeur", "referent": "référent"}


def _role(person: Person) -> str:
    structure = next(one.name for one in STRUCTURES if one.key == person.structure)
    said = ", ".join(_ROLES[status] for status in person.statuses) or "attend la réponse du référent"
    return f"{said} – {structure}"


ACCOUNTS: Final = (
    Account("Agence", "agence@cap-exemple.example", "agence (secrétariat)"),
    *(Account(f"{one.first_name} {one.last_name}", one.email, "formateur") for one in TRAINERS),
    *(Account(f"{one.first_name} {one.last_name}", one.email, _role(one)) for one in PEOPLE),
)
"""Everybody, for the first page and for the terminal."""
