"""The two states of a request, the moves that change them, and a French label for each pair of states."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal


class Approval(StrEnum):
    """The state of the decision about a request."""

    AWAITING_EMPLOYER = "awaiting_employer"
    AWAITING_TRAINER = "awaiting_trainer"
    AWAITING_BENEFICIARY = "awaiting_beneficiary"
    VALIDATED = "validated"
    REFUSED = "refused"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"


class Seat(StrEnum):
    """Whether a request holds a seat of its session, is queued for one, or neither."""

    NONE = "none"
    QUEUED = "queued"
    HELD = "held"


class Move(StrEnum):
    """The moves of a request. `ATTEND` means that the attendance of its session was closed.

    `WITHDRAW` is before the first slot begins, `ABANDON` after. `UNDO` and `REOPEN` lead back to an earlier state,
    which is in the history and not in the tables below. `TRANSFER`: to another session of the training. `FOLLOW`:
    to the structure that the structure of the person was merged into. `ADMIT`: a person who came was added to the
    sheet. `CORRECT`: the attendance was changed after the closing.
    """

    ACCEPT = "accept"
    REFUSE = "refuse"
    EXPIRE = "expire"
    VALIDATE = "validate"
    ASK = "ask"
    ANSWER = "answer"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    PROMOTE = "promote"
    ATTEND = "attend"
    ABANDON = "abandon"
    UNDO = "undo"
    REOPEN = "reopen"
    TRANSFER = "transfer"
    FOLLOW = "follow"
    ADMIT = "admit"
    CORRECT = "correct"


ActingAs = Literal[
    "beneficiary", "employer", "referent", "trainer", "staff", "clock", "session", "attachment", "structure", "queue"
]
CancelledBy = Literal["employer", "referent", "staff", "session", "attachment", "trainer", "clock"]
"""`trainer`: at the closing of the sheet, without a validation. `clock`: the session took place without the person."""

# fmt: off
TRANSITIONS: Final[Mapping[tuple[Approval, Move], Approval]] = {
    # from                           move             to
    (Approval.AWAITING_EMPLOYER,     Move.ACCEPT):    Approval.AWAITING_TRAINER,
    (Approval.AWAITING_EMPLOYER,     Move.REFUSE):    Approval.REFUSED,
    (Approval.AWAITING_EMPLOYER,     Move.EXPIRE):    Approval.EXPIRED,
    (Approval.AWAITING_EMPLOYER,     Move.WITHDRAW):  Approval.WITHDRAWN,
    (Approval.AWAITING_EMPLOYER,     Move.CANCEL):    Approval.CANCELLED,
    (Approval.AWAITING_EMPLOYER,     Move.TRANSFER):  Approval.AWAITING_EMPLOYER,
    (Approval.AWAITING_EMPLOYER,     Move.FOLLOW):    Approval.AWAITING_EMPLOYER,

    (Approval.AWAITING_TRAINER,      Move.VALIDATE):  Approval.VALIDATED,
    (Approval.AWAITING_TRAINER,      Move.ASK):       Approval.AWAITING_BENEFICIARY,
    (Approval.AWAITING_TRAINER,      Move.DECLINE):   Approval.DECLINED,
    (Approval.AWAITING_TRAINER,      Move.WITHDRAW):  Approval.WITHDRAWN,
    (Approval.AWAITING_TRAINER,      Move.ABANDON):   Approval.ABANDONED,
    (Approval.AWAITING_TRAINER,      Move.CANCEL):    Approval.CANCELLED,
    (Approval.AWAITING_TRAINER,      Move.PROMOTE):   Approval.AWAITING_TRAINER,
    (Approval.AWAITING_TRAINER,      Move.TRANSFER):  Approval.AWAITING_TRAINER,
    (Approval.AWAITING_TRAINER,      Move.FOLLOW):    Approval.AWAITING_TRAINER,

    (Approval.AWAITING_BENEFICIARY,  Move.VALIDATE):  Approval.VALIDATED,
    (Approval.AWAITING_BENEFICIARY,  Move.ANSWER):    Approval.AWAITING_TRAINER,
    (Approval.AWAITING_BENEFICIARY,  Move.DECLINE):   Approval.DECLINED,
    (Approval.AWAITING_BENEFICIARY,  Move.WITHDRAW):  Approval.WITHDRAWN,
    (Approval.AWAITING_BENEFICIARY,  Move.ABANDON):   Approval.ABANDONED,
    (Approval.AWAITING_BENEFICIARY,  Move.CANCEL):    Approval.CANCELLED,
    (Approval.AWAITING_BENEFICIARY,  Move.PROMOTE):   Approval.AWAITING_BENEFICIARY,
    (Approval.AWAITING_BENEFICIARY,  Move.TRANSFER):  Approval.AWAITING_BENEFICIARY,
    (Approval.AWAITING_BENEFICIARY,  Move.FOLLOW):    Approval.AWAITING_BENEFICIARY,

    (Approval.VALIDATED,             Move.WITHDRAW):  Approval.WITHDRAWN,
    (Approval.VALIDATED,             Move.ABANDON):   Approval.ABANDONED,
    (Approval.VALIDATED,             Move.CANCEL):    Approval.CANCELLED,
    (Approval.VALIDATED,             Move.PROMOTE):   Approval.VALIDATED,
    (Approval.VALIDATED,             Move.TRANSFER):  Approval.VALIDATED,
    (Approval.VALIDATED,             Move.FOLLOW):    Approval.VALIDATED,
    (Approval.VALIDATED,             Move.ATTEND):    Approval.VALIDATED,
    (Approval.VALIDATED,             Move.CORRECT):   Approval.VALIDATED,

    # who gave up was there before
    (Approval.ABANDONED,             Move.ATTEND):    Approval.ABANDONED,
    (Approval.ABANDONED,             Move.CORRECT):   Approval.ABANDONED,

    # who came, came: also without any agreement, or after a refusal
    (Approval.AWAITING_EMPLOYER,     Move.ADMIT):     Approval.VALIDATED,
    (Approval.AWAITING_TRAINER,      Move.ADMIT):     Approval.VALIDATED,
    (Approval.AWAITING_BENEFICIARY,  Move.ADMIT):     Approval.VALIDATED,
    (Approval.VALIDATED,             Move.ADMIT):     Approval.VALIDATED,
    (Approval.REFUSED,               Move.ADMIT):     Approval.VALIDATED,
    (Approval.DECLINED,              Move.ADMIT):     Approval.VALIDATED,
    (Approval.EXPIRED,               Move.ADMIT):     Approval.VALIDATED,
    (Approval.WITHDRAWN,             Move.ADMIT):     Approval.VALIDATED,
    (Approval.CANCELLED,             Move.ADMIT):     Approval.VALIDATED,
    (Approval.ABANDONED,             Move.ADMIT):     Approval.VALIDATED,
}

SEATS: Final[Mapping[tuple[Seat, Move], Seat]] = {
    # from          move             to
    (Seat.NONE,     Move.ACCEPT):    Seat.QUEUED,
    (Seat.NONE,     Move.REFUSE):    Seat.NONE,
    (Seat.NONE,     Move.EXPIRE):    Seat.NONE,
    (Seat.NONE,     Move.WITHDRAW):  Seat.NONE,
    (Seat.NONE,     Move.CANCEL):    Seat.NONE,
    (Seat.NONE,     Move.TRANSFER):  Seat.NONE,
    (Seat.NONE,     Move.FOLLOW):    Seat.NONE,
    (Seat.NONE,     Move.ADMIT):     Seat.HELD,
    (Seat.NONE,     Move.ATTEND):    Seat.NONE,
    (Seat.NONE,     Move.CORRECT):   Seat.NONE,

    (Seat.QUEUED,   Move.VALIDATE):  Seat.QUEUED,
    (Seat.QUEUED,   Move.ASK):       Seat.QUEUED,
    (Seat.QUEUED,   Move.ANSWER):    Seat.QUEUED,
    (Seat.QUEUED,   Move.PROMOTE):   Seat.HELD,
    (Seat.QUEUED,   Move.DECLINE):   Seat.NONE,
    (Seat.QUEUED,   Move.WITHDRAW):  Seat.NONE,
    (Seat.QUEUED,   Move.CANCEL):    Seat.NONE,
    (Seat.QUEUED,   Move.TRANSFER):  Seat.QUEUED,
    (Seat.QUEUED,   Move.FOLLOW):    Seat.QUEUED,
    (Seat.QUEUED,   Move.ADMIT):     Seat.HELD,

    (Seat.HELD,     Move.VALIDATE):  Seat.HELD,
    (Seat.HELD,     Move.ASK):       Seat.HELD,
    (Seat.HELD,     Move.ANSWER):    Seat.HELD,
    (Seat.HELD,     Move.ATTEND):    Seat.HELD,
    (Seat.HELD,     Move.CORRECT):   Seat.HELD,
    (Seat.HELD,     Move.DECLINE):   Seat.NONE,
    (Seat.HELD,     Move.WITHDRAW):  Seat.NONE,
    (Seat.HELD,     Move.ABANDON):   Seat.NONE,
    (Seat.HELD,     Move.CANCEL):    Seat.NONE,
    (Seat.HELD,     Move.TRANSFER):  Seat.QUEUED,
    (Seat.HELD,     Move.FOLLOW):    Seat.HELD,
}
"""A move is allowed if TRANSITIONS has it for the approval of the request and SEATS has it for its seat."""

UNDONE_FROM: Final[Mapping[Move, Approval]] = {
    # decision      the approval that it leads to
    Move.ACCEPT:    Approval.AWAITING_TRAINER,
    Move.REFUSE:    Approval.REFUSED,
    Move.VALIDATE:  Approval.VALIDATED,
    Move.DECLINE:   Approval.DECLINED,
}
"""The decisions that whoever took them can take back, as long as the request is as they left it."""

REOPENED_FROM: Final = frozenset(
    {Approval.REFUSED, Approval.DECLINED, Approval.EXPIRED, Approval.WITHDRAWN, Approval.CANCELLED}
)
"""The approvals of closed requests that staff can reopen. An abandonment belongs to a session that has begun."""

ACTORS: Final[Mapping[Move, frozenset[ActingAs]]] = {
    Move.ACCEPT:    frozenset({"employer", "staff"}),
    Move.REFUSE:    frozenset({"employer", "staff"}),
    Move.EXPIRE:    frozenset({"clock"}),
    Move.VALIDATE:  frozenset({"trainer", "staff"}),
    Move.ASK:       frozenset({"trainer", "staff"}),
    Move.ANSWER:    frozenset({"beneficiary"}),
    Move.DECLINE:   frozenset({"trainer", "staff"}),
    Move.WITHDRAW:  frozenset({"beneficiary", "employer", "staff"}),
    Move.CANCEL:    frozenset({"employer", "referent", "staff", "session", "attachment"}),
    Move.PROMOTE:   frozenset({"queue", "staff"}),
    Move.ATTEND:    frozenset({"trainer", "staff"}),
    Move.ABANDON:   frozenset({"beneficiary", "employer", "trainer", "staff"}),
    Move.UNDO:      frozenset({"employer", "trainer", "staff"}),
    Move.REOPEN:    frozenset({"staff"}),
    Move.TRANSFER:  frozenset({"staff"}),
    Move.FOLLOW:    frozenset({"structure"}),
    Move.ADMIT:     frozenset({"trainer", "staff"}),
    Move.CORRECT:   frozenset({"trainer", "staff"}),
}
"""Who makes a move of one request. The closing of a sheet makes others too: see `OF_THE_SHEET` and `CancelledBy`."""
OF_THE_SHEET: Final = frozenset({Move.ATTEND, Move.ADMIT, Move.CORRECT})
"""The moves that nobody makes for one request by itself: only the sheet of its session does."""
BY_HISTORY: Final = frozenset({Move.UNDO, Move.REOPEN})
"""The moves that lead to a state of before: their check reads the history."""

_LABELS: Final[Mapping[tuple[Approval, Seat], str]] = {
    (Approval.AWAITING_EMPLOYER,     Seat.NONE):    "En attente de l'employeur",
    (Approval.AWAITING_TRAINER,      Seat.QUEUED):  "Sur liste d'attente",
    (Approval.AWAITING_TRAINER,      Seat.HELD):    "Pré-inscrit·e",
    (Approval.AWAITING_BENEFICIARY,  Seat.QUEUED):  "Sur liste d'attente, réponse attendue",
    (Approval.AWAITING_BENEFICIARY,  Seat.HELD):    "Pré-inscrit·e, réponse attendue",
    (Approval.VALIDATED,             Seat.QUEUED):  "Sur liste d'attente, validé·e par le formateur",
    (Approval.VALIDATED,             Seat.HELD):    "Inscrit·e",
    (Approval.REFUSED,               Seat.NONE):    "Refusée (par l'employeur)",
    (Approval.DECLINED,              Seat.NONE):    "Refusée (par le formateur)",
    (Approval.EXPIRED,               Seat.NONE):    "Refusée (sans réponse)",
    (Approval.WITHDRAWN,             Seat.NONE):    "Annulée (par la personne)",
    (Approval.CANCELLED,             Seat.NONE):    "Annulée",
    (Approval.ABANDONED,             Seat.NONE):    "Abandon",
}

_CANCELLED_BECAUSE: Final[Mapping[ActingAs, str]] = {
    "employer":    "Annulée (accord de l'employeur retiré)",
    "referent":    "Annulée (par la structure)",
    "staff":       "Annulée (par l'agence)",
    "session":     "Annulée (session annulée)",
    "attachment":  "Annulée (rattachement terminé)",
    "trainer":     "Annulée (non validée par le formateur)",
    "clock":       "Annulée (la session a eu lieu)",
}
# fmt: on

OPEN: Final = frozenset(
    {Approval.AWAITING_EMPLOYER, Approval.AWAITING_TRAINER, Approval.AWAITING_BENEFICIARY, Approval.VALIDATED}
)
"""The approvals of a request that can still move, as long as its attendance is not recorded."""


def status_label(approval: Approval, seat: Seat, closed_by: ActingAs | None, *, attended: bool | None = None) -> str:
    """The French label. `closed_by` is the role that cancelled the request; `attended` is None until the attendance is
    recorded. Raises KeyError for an impossible pair of states.
    """
    label = _LABELS[approval, seat]
    if attended is not None and approval is not Approval.ABANDONED:
        return "Suivie" if attended else "Absent·e"
    if approval is Approval.CANCELLED and closed_by is not None:
        return _CANCELLED_BECAUSE.get(closed_by, label)
    return label
