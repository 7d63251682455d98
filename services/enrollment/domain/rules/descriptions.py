"""What each rule does with its value, in one French sentence, and the words for the fields of a form."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

OFF: Final = "Cette règle n'est pas appliquée."


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """The French name and the unit of a field, or the French words for its possible values."""

    label: str
    unit: str | None = None
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The sentence of a rule for a value, and the words for its fields."""

    sentence: Callable[[Any], str]
    fields: Mapping[str, FieldWords] = field(default_factory=dict)


def number_of(count: int, one: str, many: str) -> str:
    """A number with its noun: "1 place", "2 places"."""
    return f"{count} {one if count < 2 else many}"  # noqa: PLR2004 - French counts plurals from two


def _quota(value: Any) -> str:  # noqa: ANN401 - the value of the rule
    counted = {"reserved": " parmi celles réservées aux adhérents"}.get(getattr(value, "counts", "all"), "")
    actions = number_of(value.actions, "action", "actions")
    trainings = number_of(value.trainings, "formation", "formations")
    return f"Une personne suit au plus {actions} par an{counted}, dont {trainings}."


def _once(value: Any) -> str:  # noqa: ANN401 - the value of the rule
    once = "Une personne n'a qu'une demande en cours pour une formation, et ne la suit"
    if not value.years:
        return f"{once} qu'une fois."
    return f"{once} de nouveau qu'après {number_of(value.years, 'an', 'ans')}."


DESCRIPTIONS: Final[Mapping[str, Description]] = {
    "booking_window": Description(
        sentence=lambda _: "Les demandes se font entre l'ouverture et la clôture des demandes de la session."
    ),
    "one_session_per_training": Description(
        sentence=_once,
        fields={"years": FieldWords(label="De nouveau possible après (0 : jamais)", unit="ans")},
    ),
    "structure_cap": Description(
        sentence=lambda value: (
            f"Une structure a au plus {number_of(value.people, 'place', 'places')} dans une formation ; "
            "les demandes suivantes passent après toutes les autres."
        ),
        fields={"people": FieldWords(label="Nombre de personnes", unit="personnes")},
    ),
    "yearly_quota": Description(
        sentence=_quota,
        fields={
            "actions": FieldWords(label="Nombre d'actions", unit="actions par an"),
            "trainings": FieldWords(label="Dont formations", unit="formations par an"),
            "counts": FieldWords(
                label="Actions comptées",
                choices={"reserved": "celles réservées aux adhérents", "all": "toutes"},
            ),
        },
    ),
    "members_only": Description(
        sentence=lambda _: "Les actions réservées ne sont ouvertes qu'aux structures adhérentes."
    ),
    "own_request": Description(
        sentence=lambda _: "Un employeur ne décide pas de sa propre demande si sa structure a un autre employeur."
    ),
    "withdrawal_notice": Description(
        sentence=lambda value: (
            f"Un désistement moins de {number_of(value.days, 'jour', 'jours')} "
            "avant le premier créneau est noté hors délai."
        ),
        fields={"days": FieldWords(label="Délai avant le premier créneau", unit="jours")},
    ),
    "decision_deadline": Description(
        sentence=lambda value: (
            f"L'employeur a {number_of(value.days, 'jour', 'jours')} pour décider ; ensuite la demande expire."
        ),
        fields={"days": FieldWords(label="Délai de décision", unit="jours")},
    ),
    "promotion_freeze": Description(
        sentence=lambda value: (
            "La liste d'attente ne bouge plus à partir de "
            f"{number_of(value.hours, 'heure', 'heures')} avant le premier créneau."
        ),
        fields={"hours": FieldWords(label="Durée avant le premier créneau", unit="heures")},
    ),
}


def describe(name: str, value: Any, *, enabled: bool) -> str:  # noqa: ANN401 - the value of the rule
    """What a rule does with a setting."""
    return DESCRIPTIONS[name].sentence(value) if enabled else OFF
