"""The bodies of requests to enrollment's endpoints."""

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from services.enrollment.domain.attendance import PresenceStatus
from shared.http.fields import Id, Strict, Text
from shared.http.pagination import Moment

MOST_PRESENCES = 1000
MOST_SLOTS = 200
MOST_LINES = 20
MOST_CANDIDATES = 100
MOST_FIELDS = 20


class Reason(Strict):
    """The reason for a decision."""

    reason: Text = Field(examples=["Effectif insuffisant ce jour-là."])


class OptionalReason(Strict):
    """The reason for an action. Staff who act for somebody else must give one; for others it is optional."""

    reason: Text | None = Field(None, examples=["L'employeur est absent et a donné son accord par téléphone."])


class Question(Strict):
    """The trainer's question to the person."""

    question: Text = Field(examples=["Avez-vous déjà animé un entretien ?"])


class Answer(Strict):
    """The person's answer to the trainer's question."""

    answer: Text = Field(examples=["Oui, depuis deux ans."])


class _Mark(Strict):
    """What is recorded of one person in one slot."""

    status: PresenceStatus | None = Field(None, examples=["late"])
    arrived_at: Moment | None = Field(None, description="For `late` only", examples=["2027-03-02T09:40:00+01:00"])
    remark: Text | None = Field(None, description="A word about it", examples=["Train en retard."])


class Presence(_Mark):
    """What is recorded of one person in one slot. `present` is the short form of `present` or `unexcused`."""

    enrollment_id: Id
    present: bool | None = Field(None, description="Instead of `status`", examples=[True])
    replaces: Moment | None = Field(
        None,
        description="The `recorded_at` that the caller saw, null if there was none: then what somebody else recorded "
        "meanwhile is not replaced, but answered with 409",
        examples=["2027-03-02T10:05:00Z"],
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.status is None) == (self.present is None):
            raise ValueError("doit avoir soit `status`, soit `present`")
        return self


class Presences(Strict):
    """The presences of one slot. A person who is not in the list keeps the presence recorded before.

    A remark that is not sent is kept, and what is recorded already is not recorded again.

    Staff must give a reason.
    """

    presences: list[Presence] = Field(min_length=1, max_length=MOST_PRESENCES)
    reason: Text | None = Field(None, examples=["Feuille papier transmise par la formatrice."])


class SlotCorrection(_Mark):
    """What is corrected of one slot."""

    slot_id: Id
    status: PresenceStatus = Field(examples=["present"])


class LineCorrection(Strict):
    """The correction of one person's line on a closed sheet. A slot that is not in the list keeps its presence."""

    slots: list[SlotCorrection] = Field(min_length=1, max_length=MOST_SLOTS)
    reason: Text = Field(examples=["Erreur de saisie : la personne était là l'après-midi."])


class Undecided(Strict):
    """What becomes of a person who holds a seat and whom nobody has validated."""

    enrollment_id: Id
    act: Literal["validate", "cancel"]
    reason: Text | None = Field(None, examples=["La personne ne s'est pas présentée."])


class Closure(Strict):
    """The closing of a sheet. Staff must give a reason."""

    undecided: list[Undecided] = Field(default_factory=list, max_length=MOST_PRESENCES)
    reason: Text | None = Field(None, examples=["Feuille papier transmise par la formatrice."])


class Reopening(Strict):
    """Why a closed sheet is opened again."""

    reason: Text = Field(examples=["Les présences de l'après-midi ont été interverties."])


class AddedPerson(Strict):
    """A person who came: the one of a request for the session, or a beneficiary of a structure. Staff must give a
    reason.
    """

    enrollment_id: Id | None = Field(None, description="A request for this session")
    account_id: Id | None = Field(None, description="A person, together with `structure_id`")
    structure_id: Id | None = Field(None, description="The structure in which this person is a beneficiary")
    reason: Text | None = Field(None, examples=["Venue à la place d'une collègue."])

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        by_account = (self.account_id is not None, self.structure_id is not None)
        if (self.enrollment_id is None) != all(by_account) or any(by_account) != all(by_account):
            raise ValueError("doit avoir soit `enrollment_id`, soit `account_id` et `structure_id`")
        return self


class Line(Strict):
    """One session of the cart, and the person's motivation for it."""

    session_id: Id
    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class CartValidation(Strict):
    """The lines of a cart that become requests to the employers of one structure."""

    structure_id: Id
    lines: list[Line] = Field(min_length=1, max_length=MOST_LINES)


class Draft(Strict):
    """The draft of the motivation for one session of the cart."""

    motivation: Text = Field(examples=["Je reçois depuis peu des salariés en reconversion."])


class Candidates(Strict):
    """Sessions that the caller might request. A caller who is beneficiary of one structure may leave it out."""

    session_ids: list[Id] = Field(min_length=1, max_length=MOST_CANDIDATES)
    structure_id: Id | None = None


class RuleChange(Strict):
    """The new setting of a rule. `value` must have exactly the fields of the rule's value."""

    enabled: bool
    value: dict[str, JsonValue] = Field(default_factory=dict, max_length=MOST_FIELDS, examples=[{"people": 2}])
