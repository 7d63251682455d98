"""The structures and people of the demo data: five structures, twelve people in them, two trainers."""

from dataclasses import dataclass
from typing import Final

PASSWORD: Final = "Demain-on-forme!"  # noqa: S105 - public: the start page of the demo shows it


@dataclass(frozen=True, slots=True)
class Structure:
    """An organisation; its SIRET is fictional, with correct check digits."""

    key: str
    name: str
    siret: str
    town: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a structure. The first person of each structure is its referent and sets the statuses of all."""

    key: str
    civility: str
    first_name: str
    last_name: str
    structure: str
    statuses: tuple[str, ...]

    @property
    def email(self) -> str:
        return f"{self.key}@{self.structure}.example"


@dataclass(frozen=True, slots=True)
class Trainer:
    """A person whose account was created by staff, without a structure."""

    key: str
    civility: str
    first_name: str
    last_name: str

    @property
    def email(self) -> str:
        return f"{self.key}@formateurs.example"


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account as the start page shows it."""

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
"""The attachment of the last person is requested and waits for the referent."""

TRAINERS: Final = (
    Trainer("nadia.lemoine", "Mme", "Nadia", "Lemoine"),
    Trainer("thierry.castaing", "M.", "Thierry", "Castaing"),
)

_ROLES: Final = {"beneficiary": "bénéficiaire", "employer": "employeur", "referent": "référent"}


def _role(person: Person) -> str:
    structure = next(structure.name for structure in STRUCTURES if structure.key == person.structure)
    roles = ", ".join(_ROLES[status] for status in person.statuses) or "attend la réponse du référent"
    return f"{roles} – {structure}"


ACCOUNTS: Final = (
    Account("Agence", "agence@cap-exemple.example", "agence (secrétariat)"),
    *(Account(f"{trainer.first_name} {trainer.last_name}", trainer.email, "formateur") for trainer in TRAINERS),
    *(Account(f"{person.first_name} {person.last_name}", person.email, _role(person)) for person in PEOPLE),
)
"""All demo accounts, for the start page and for the terminal."""
