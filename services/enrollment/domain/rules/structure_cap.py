"""A structure holds at most a number of seats in one training; its other people come after everybody else."""

from dataclasses import dataclass
from typing import Final

from services.enrollment.domain.paris import counted
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, warns, whole_number
from services.enrollment.domain.rules.rule_set import Rules
from services.enrollment.domain.rules.situation import Situation


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureCap:
    """The maximal number of `people` of a structure who hold a seat."""

    people: int = whole_number(2)


def _judge(situation: Situation, value: StructureCap) -> Outcome:
    if situation.held_by_structure >= value.people:
        return warns(
            f"Votre structure a déjà {counted(situation.held_by_structure, 'place')} dans cette formation, "
            f"pour {value.people} au plus : "
            "votre demande passera après toutes les autres, à la clôture des demandes."
        )
    return allows(f"Votre structure n'a pas encore {counted(value.people, 'place')} dans cette formation.")


STRUCTURE_CAP: Final = Rule(
    name="structure_cap", title="Places d'une structure dans une formation", default=StructureCap(), judge=_judge
)


def structure_cap(rules: Rules) -> int | None:
    """The number of seats that a structure may hold in a training. None if the rule is off."""
    value = rules.in_force(STRUCTURE_CAP)
    return None if value is None else value.people
