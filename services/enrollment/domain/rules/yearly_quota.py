"""A person reserves at most a number of actions, and of trainings among them, in a calendar year.

The agency's public rule counts the actions that are reserved to members; staff can make it count all of them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from services.enrollment.domain.paris import PARIS, counted
from services.enrollment.domain.rules.rule import Outcome, Rule, allows, blocks, one_of, whole_number
from services.enrollment.domain.rules.situation import Situation, ThisYear

Counts = Literal["reserved", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyQuota:
    """The maximal numbers of `actions`, and of `trainings` among them, in a year.

    `counts`: only actions for members (`reserved`), or `all`.
    """

    actions: int = whole_number(5)
    trainings: int = whole_number(3)
    counts: Counts = field(default="reserved", metadata=one_of("reserved", "all"))


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaUse:
    """How much of the quota a person uses in a year, for those who decide about a request of that year.

    `with_request`: the request is one of these actions. `is_this_year`: it is the year in which it is read.
    """

    value: YearlyQuota
    year: int
    is_this_year: bool
    actions: int
    trainings: int
    with_request: bool

    @property
    def sentence(self) -> str:
        plural = "s" if self.actions > 1 else ""
        reserved = f" réservée{plural}" if self.value.counts == "reserved" else ""
        when = "cette année" if self.is_this_year else f"en {self.year}"
        request = ", avec cette demande." if self.with_request else " ; cette demande n'y compte pas."
        return (
            f"{counted(self.actions, 'action')}{reserved} sur {self.value.actions} {when}, "
            f"dont {counted(self.trainings, 'formation')} sur {self.value.trainings}{request}"
        )


def quota_use(
    value: YearlyQuota, this_year: ThisYear, *, starts_at: datetime, members_only: bool, now: datetime
) -> QuotaUse:
    """What a person uses in the year in which the session of a request begins; the request is counted already."""
    used = this_year.reserved if value.counts == "reserved" else this_year.of_all
    year = starts_at.astimezone(PARIS).year
    return QuotaUse(
        value=value,
        year=year,
        is_this_year=year == now.astimezone(PARIS).year,
        actions=used.actions,
        trainings=used.trainings,
        with_request=members_only or value.counts == "all",
    )


def _judge(situation: Situation, value: YearlyQuota) -> Outcome:
    year = situation.first_slot.year
    if value.counts == "reserved" and not situation.members_only:
        return allows("Cette action n'est pas réservée aux adhérents : elle ne compte pas dans votre quota de l'année.")
    together = situation.this_year + situation.before
    done = together.reserved if value.counts == "reserved" else together.of_all
    in_cart = situation.before.reserved if value.counts == "reserved" else situation.before.of_all
    begin = "Avec les lignes précédentes de votre panier, cela fait" if in_cart.actions else "Vous avez"
    among = " réservées aux adhérents" if value.counts == "reserved" else ""
    if done.actions >= value.actions:
        return blocks(
            f"{begin} déjà {counted(done.actions, 'demande')} pour des actions{among} en {year}, "
            f"pour {value.actions} au plus."
        )
    if situation.is_training and done.trainings >= value.trainings:
        return blocks(
            f"{begin} déjà {counted(done.trainings, 'demande')} pour des formations{among} en {year}, "
            f"pour {value.trainings} au plus."
        )
    return allows(
        f"{begin} {counted(done.actions, 'demande')} pour des actions{among} en {year}, pour {value.actions} au plus."
    )


YEARLY_QUOTA: Final = Rule(
    name="yearly_quota", title="Actions d'une personne dans l'année", default=YearlyQuota(), judge=_judge
)
