"""The agency's rules, as data: staff set them, each can be switched off, each says why in one sentence.

The values by default are those of the agency's public rules.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

OFF: Final = "Cette règle n'est pas appliquée en ce moment."
LARGEST: Final = 1000
"""No number of a rule is larger."""


@dataclass(frozen=True, slots=True)
class BookingWindow:
    """A session takes requests between its opening and its closing."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class OneSessionPerTraining:
    """One session of a training for one person, among open and attended requests."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class StructureCap:
    """How many people of one structure hold seats in one training; further ones come after all others."""

    enabled: bool = True
    people: int = 2


@dataclass(frozen=True, slots=True)
class YearlyQuota:
    """How many actions, and how many trainings among them, one person reserves in a calendar year."""

    enabled: bool = True
    actions: int = 5
    trainings: int = 3


@dataclass(frozen=True, slots=True)
class MembersOnly:
    """Some actions are reserved to structures that are members of the agency."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """An employer does not decide on their own request while the structure has another employer."""

    enabled: bool = True


@dataclass(frozen=True, slots=True)
class WithdrawalNotice:
    """How many days before the first slot a withdrawal is in time."""

    enabled: bool = True
    days: int = 7


@dataclass(frozen=True, slots=True)
class DecisionDeadline:
    """How many days the employer has to decide; then the request expires."""

    enabled: bool = True
    days: int = 21


class UnknownRule(Exception):
    """There is no rule of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:
        """Why, in French."""
        return f"Il n'existe pas de règle « {self.name} »."


class WrongRuleValue(Exception):
    """A rule's value has exactly its own fields, each a whole number from 1 to 1000."""

    def __init__(self, name: str, expected: tuple[str, ...]) -> None:
        super().__init__(name, expected)
        self.name, self.expected = name, expected

    @property
    def sentence(self) -> str:
        """Why, in French."""
        if not self.expected:
            return f"La règle « {self.name} » n'a pas de valeur."
        return f"La règle « {self.name} » attend {', '.join(self.expected)} : des nombres entiers de 1 à {LARGEST}."


@dataclass(frozen=True, slots=True)
class Rules:
    """All the rules as they are set now."""

    booking_window: BookingWindow = field(default_factory=BookingWindow)
    one_session_per_training: OneSessionPerTraining = field(default_factory=OneSessionPerTraining)
    structure_cap: StructureCap = field(default_factory=StructureCap)
    yearly_quota: YearlyQuota = field(default_factory=YearlyQuota)
    members_only: MembersOnly = field(default_factory=MembersOnly)
    own_request: OwnRequest = field(default_factory=OwnRequest)
    withdrawal_notice: WithdrawalNotice = field(default_factory=WithdrawalNotice)
    decision_deadline: DecisionDeadline = field(default_factory=DecisionDeadline)

    def changed(self, name: str, *, enabled: bool, value: Mapping[str, int]) -> "Rules":
        """The rules with one of them set anew; raises UnknownRule, WrongRuleValue."""
        if name not in NAMES:
            raise UnknownRule(name)
        rule = getattr(self, name)
        expected = tuple(value_of(rule))
        if set(value) != set(expected) or not all(1 <= number <= LARGEST for number in value.values()):
            raise WrongRuleValue(name, expected)
        return replace(self, **{name: replace(rule, enabled=enabled, **value)})

    @property
    def cap(self) -> int | None:
        """The structure's cap, None where it is off."""
        return self.structure_cap.people if self.structure_cap.enabled else None

    @property
    def notice(self) -> timedelta | None:
        """The notice period of a withdrawal, None where it is off."""
        return timedelta(days=self.withdrawal_notice.days) if self.withdrawal_notice.enabled else None

    def expired_before(self, now: datetime) -> datetime | None:
        """Requests made before this, and not decided, expire now; None where requests do not expire."""
        if not self.decision_deadline.enabled:
            return None
        return now - timedelta(days=self.decision_deadline.days)


NAMES: Final = tuple(rule.name for rule in fields(Rules))


def value_of(rule: object) -> dict[str, int]:
    """What a rule is set to, without whether it is on."""
    values = asdict(rule)  # type: ignore[call-overload]  # any of the rules above
    return {name: number for name, number in values.items() if name != "enabled"}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at: a person of a structure, a session, and what is so already.

    `actions_this_year` and `trainings_this_year` count the person's open and attended requests for sessions that begin in the same
    calendar year as this one; `held_by_structure` the structure's seats in the training. Times are in the zone they are read in.
    """

    now: datetime
    opens_at: datetime
    closes_at: datetime
    first_slot: datetime
    is_training: bool
    members_only: bool
    structure_is_member: bool
    has_open_in_training: bool
    has_attended_training: bool
    held_by_structure: int
    actions_this_year: int
    trainings_this_year: int
    is_employer: bool
    has_other_employer: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says. `blocks`: no request can be made; a rule may also be not passed and only say what comes of it."""

    rule: str
    passed: bool
    sentence: str
    blocks: bool = False


def eligibility(rules: Rules, situation: Situation) -> list[Verdict]:
    """Every rule, in order, with its verdict and its sentence, before anybody fills in a form."""
    return [
        _booking_window(rules.booking_window, situation),
        _one_session_per_training(rules.one_session_per_training, situation),
        _structure_cap(rules.structure_cap, situation),
        _yearly_quota(rules.yearly_quota, situation),
        _members_only(rules.members_only, situation),
        _own_request(rules.own_request, situation),
        _withdrawal_notice(rules.withdrawal_notice, situation),
        _decision_deadline(rules.decision_deadline),
    ]


def may_decide_own(rule: OwnRequest, *, decider: UUID, beneficiary: UUID, has_other_employer: bool) -> bool:
    """Whether this employer may decide on that request: not on their own while the structure has another employer."""
    return not rule.enabled or decider != beneficiary or not has_other_employer


def _booking_window(rule: BookingWindow, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("booking_window", passed=True, sentence=OFF)
    if situation.now < situation.opens_at:
        return Verdict(
            "booking_window", passed=False, sentence=f"Les demandes ouvrent le {_on(situation.opens_at)}.", blocks=True
        )
    if situation.now >= situation.closes_at:
        return Verdict(
            "booking_window",
            passed=False,
            sentence=f"Les demandes sont closes depuis le {_on(situation.closes_at)}.",
            blocks=True,
        )
    return Verdict(
        "booking_window", passed=True, sentence=f"Les demandes sont ouvertes jusqu'au {_on(situation.closes_at)}."
    )


def _one_session_per_training(rule: OneSessionPerTraining, situation: Situation) -> Verdict:
    if situation.has_open_in_training:  # switched off or not: two open requests for one training never are
        sentence = "Vous avez déjà une demande en cours pour cette formation."
        return Verdict("one_session_per_training", passed=False, sentence=sentence, blocks=True)
    if not rule.enabled:
        return Verdict("one_session_per_training", passed=True, sentence=OFF)
    if situation.has_attended_training:
        return Verdict(
            "one_session_per_training", passed=False, sentence="Vous avez déjà suivi cette formation.", blocks=True
        )
    return Verdict(
        "one_session_per_training", passed=True, sentence="Vous n'avez pas d'autre demande pour cette formation."
    )


def _structure_cap(rule: StructureCap, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("structure_cap", passed=True, sentence=OFF)
    if situation.held_by_structure >= rule.people:
        sentence = (
            f"Votre structure a déjà {situation.held_by_structure} place(s) dans cette formation, pour {rule.people} au plus : "
            "votre demande passera après toutes les autres, à la clôture des demandes."
        )
        return Verdict("structure_cap", passed=False, sentence=sentence)
    return Verdict(
        "structure_cap",
        passed=True,
        sentence=f"Votre structure n'a pas encore {rule.people} place(s) dans cette formation.",
    )


def _yearly_quota(rule: YearlyQuota, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("yearly_quota", passed=True, sentence=OFF)
    year = situation.first_slot.year
    if situation.actions_this_year >= rule.actions:
        sentence = (
            f"Vous avez déjà réservé {situation.actions_this_year} action(s) en {year}, pour {rule.actions} au plus."
        )
        return Verdict("yearly_quota", passed=False, sentence=sentence, blocks=True)
    if situation.is_training and situation.trainings_this_year >= rule.trainings:
        sentence = f"Vous avez déjà réservé {situation.trainings_this_year} formation(s) en {year}, pour {rule.trainings} au plus."
        return Verdict("yearly_quota", passed=False, sentence=sentence, blocks=True)
    sentence = f"Vous avez réservé {situation.actions_this_year} action(s) en {year}, pour {rule.actions} au plus."
    return Verdict("yearly_quota", passed=True, sentence=sentence)


def _members_only(rule: MembersOnly, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("members_only", passed=True, sentence=OFF)
    if not situation.members_only:
        return Verdict("members_only", passed=True, sentence="Cette action est ouverte à toutes les structures.")
    if situation.structure_is_member:
        return Verdict(
            "members_only",
            passed=True,
            sentence="Cette action est réservée aux structures adhérentes, et la vôtre l'est.",
        )
    return Verdict(
        "members_only",
        passed=False,
        sentence="Cette action est réservée aux structures adhérentes de l'agence.",
        blocks=True,
    )


def _own_request(rule: OwnRequest, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("own_request", passed=True, sentence=OFF)
    if not situation.is_employer:
        return Verdict(
            "own_request", passed=True, sentence="Un employeur de votre structure décidera de votre demande."
        )
    if situation.has_other_employer:
        return Verdict(
            "own_request", passed=True, sentence="Un autre employeur de votre structure décidera de votre demande."
        )
    return Verdict(
        "own_request",
        passed=True,
        sentence="Vous êtes le seul employeur de votre structure : vous pourrez décider de votre demande.",
    )


def _withdrawal_notice(rule: WithdrawalNotice, situation: Situation) -> Verdict:
    if not rule.enabled:
        return Verdict("withdrawal_notice", passed=True, sentence=OFF)
    until = situation.first_slot - timedelta(days=rule.days)
    if situation.now > until:
        return Verdict(
            "withdrawal_notice", passed=False, sentence=f"Le délai de désistement est passé depuis le {_on(until)}."
        )
    return Verdict(
        "withdrawal_notice", passed=True, sentence=f"Vous pourrez vous désister dans les délais jusqu'au {_on(until)}."
    )


def _decision_deadline(rule: DecisionDeadline) -> Verdict:
    if not rule.enabled:
        return Verdict("decision_deadline", passed=True, sentence=OFF)
    return Verdict(
        "decision_deadline",
        passed=True,
        sentence=f"L'employeur a {rule.days} jour(s) pour décider ; ensuite la demande expire.",
    )


def _on(moment: datetime) -> str:
    return f"{moment:%d/%m/%Y} à {moment:%H} h {moment:%M}"
