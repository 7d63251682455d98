"""A person reserves at most a number of actions, and of trainings among them, in a calendar year.

The agency's public rule counts the actions that are reserved to members; staff can make it count all of them.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

from services.enrollment.domain.paris import counted
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks, one_of, whole_number
from services.enrollment.domain.rules.situation import Situation

Counts = Literal["reserved", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyQuota:
    """The maximal numbers of `actions`, and of `trainings` among them, in a year.

    `counts`: only actions for members (`reserved`), or `all`.
    """

    actions: int = whole_number(5)
    trainings: int = whole_number(3)
    counts: Counts = field(default="reserved", metadata=one_of("reserved", "all"))


def _judge(situation: Situation, value: YearlyQuota) -> Outcome:
    year = situation.first_slot.year
    if value.counts == "reserved" and not situation.members_only:
        return allows("Cette action n'est pas réservée aux adhérents : elle ne compte pas dans votre quota de l'année.")
    done = situation.this_year.reserved if value.counts == "reserved" else situation.this_year.of_all
    among = " réservées aux adhérents" if value.counts == "reserved" else ""
    if done.actions >= value.actions:
        return blocks(
            f"Vous avez déjà {counted(done.actions, 'demande')} pour des actions{among} en {year}, "
            f"pour {value.actions} au plus."
        )
    if situation.is_training and done.trainings >= value.trainings:
        return blocks(
            f"Vous avez déjà {counted(done.trainings, 'demande')} pour des formations{among} en {year}, "
            f"pour {value.trainings} au plus."
        )
    return allows(
        f"Vous avez {counted(done.actions, 'demande')} pour des actions{among} en {year}, pour {value.actions} au plus."
    )


YEARLY_QUOTA: Final = Rule(
    name="yearly_quota", title="Actions d'une personne dans l'année", default=YearlyQuota(), judge=_judge
)
