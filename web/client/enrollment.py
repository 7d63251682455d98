"""What the pages call of enrollment: roles, the cart, requests with their moves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from web.client.calls import Call, Page, Read
from web.client.catalogue import Slot

Approval = Literal[
    "awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated", "refused", "declined", "expired",
    "withdrawn", "cancelled", "abandoned",
]  # fmt: skip
Seat = Literal["none", "queued", "held"]


class Roles(Read):
    """What the reader is."""

    beneficiary: bool
    employer: bool
    referent: bool
    trainer: bool
    staff: bool


class Work(Read):
    """What waits for the reader."""

    cart_lines: int
    to_decide: int
    to_validate: int
    to_answer: int
    sheets_to_close: int
    proposals_to_answer: int


class Reader(Read):
    """The reader in enrollment."""

    roles: Roles
    counts: Work


class Person(Read):
    """Somebody."""

    first_name: str
    last_name: str


class StructureName(Read):
    """A structure."""

    id: UUID
    name: str


class CartLine(Read):
    """A session in the cart. `motivation` is the draft."""

    session_id: UUID
    training_id: UUID
    title: str
    place: str
    slots: list[Slot]
    trainers: list[Person]
    free: int
    queued: int
    motivation: str | None


class Verdict(Read):
    """What a rule says, as a French sentence."""

    passed: bool
    blocks: bool
    sentence: str


class Verdicts(Read):
    """What all rules say about a session."""

    session_id: UUID
    eligible: bool
    verdicts: list[Verdict]


class CartOfStructure(Read):
    """The verdicts if the requests are made for this structure; null if the person is beneficiary of none."""

    structure: StructureName | None
    lines: list[Verdicts]


class Cart(Read):
    """The reader's cart."""

    lines: list[CartLine]
    structures: list[CartOfStructure]


class RequestId(Read):
    """A request that was made."""

    id: UUID


class Made(Read):
    """What became of the cart."""

    requests: list[RequestId]


class SessionOf(Read):
    """The session of a request."""

    id: UUID
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    slots: list[Slot]
    trainers: list[Person]
    axis_name: str | None
    capacity: int
    held: int
    queued: int


class Move(Read):
    """A move that the reader can make now."""

    move: str
    acting_as: str
    label: str
    needs: Literal["reason", "question", "answer", "session"] | None


class Asked(Read):
    """A question that waits for an answer."""

    text: str | None
    at: datetime
    by: str


class Quota(Read):
    """The use of the yearly quota, in a sentence."""

    sentence: str


class Enrollment(Read):
    """A request."""

    id: UUID
    training_id: UUID
    person: Person
    structure: StructureName
    session: SessionOf
    requested_at: datetime
    approval: Approval
    seat: Seat
    status_label: str
    late: bool
    mine: bool
    motivation: str | None
    attended: bool | None
    rank: int | None
    queue_length: int | None
    rank_reason: str | None
    structure_held: int
    quota: Quota | None
    question: Asked | None
    decide_before: datetime | None
    can_withdraw_without_late_until: datetime | None
    undo_until: datetime | None
    certificate: str | None
    moves: list[Move]


class EnrollmentPage(Page[Enrollment]):
    """A part of a list of requests."""

    total: int
    more_than_total: bool


class Count(Read):
    """A number, and whether there are more."""

    count: int
    more: bool


class Counts(Read):
    """The number of requests by approval, and in each of the four lists."""

    approvals: dict[str, Count]
    groups: dict[str, Count]


class SessionTime(Read):
    """When and where a session begins."""

    place: str
    starts_at: datetime


class HistoryLine(Read):
    """What happened to a request. The sessions are those of a move to another session."""

    label: str
    from_approval: Approval
    by: str
    at: datetime
    note: str | None
    from_session: SessionTime | None
    to_session: SessionTime | None


class Note(Read):
    """An internal note of staff."""

    text: str
    written_by: Person
    written_at: datetime


class TrainerSession(Read):
    """A session that the reader trains."""

    id: UUID
    title: str
    place: str
    starts_at: datetime
    slots: list[Slot]
    capacity: int
    held: int
    queued: int
    pending: int
    awaiting_answer: int
    state_label: str


class Rule(Read):
    """A rule of the agency, in a sentence."""

    name: str
    title: str
    sentence: str
    enabled: bool


ME: Final = Call[Reader]("GET", "enrollment", "/me", Reader)
CART: Final = Call[Cart]("GET", "enrollment", "/cart", Cart)
ADD: Final = Call[None]("PUT", "enrollment", "/cart/sessions/{session_id}", None)
REMOVE: Final = Call[None]("DELETE", "enrollment", "/cart/sessions/{session_id}", None)
KEEP_DRAFT: Final = Call[None]("PUT", "enrollment", "/cart/lines/{session_id}/motivation", None)
SEND: Final = Call[Made]("POST", "enrollment", "/cart/validation", Made)
ENROLLMENTS: Final = Call[EnrollmentPage]("GET", "enrollment", "/enrollments", EnrollmentPage)
EXPORT: Final = Call[bytes]("GET", "enrollment", "/enrollments/export", bytes)
COUNTS: Final = Call[Counts]("GET", "enrollment", "/enrollments/counts", Counts)
ENROLLMENT: Final = Call[Enrollment]("GET", "enrollment", "/enrollments/{enrollment_id}", Enrollment)
HISTORY: Final = Call[list[HistoryLine]]("GET", "enrollment", "/enrollments/{enrollment_id}/history", list[HistoryLine])
NOTES: Final = Call[list[Note]]("GET", "enrollment", "/enrollments/{enrollment_id}/notes", list[Note])
ADD_NOTE: Final = Call[None]("POST", "enrollment", "/enrollments/{enrollment_id}/notes", None)
CERTIFICATE: Final = Call[bytes]("GET", "enrollment", "/enrollments/{enrollment_id}/certificate", bytes)
SESSIONS: Final = Call[Page[TrainerSession]]("GET", "enrollment", "/sessions", Page[TrainerSession])
RULES: Final = Call[list[Rule]]("GET", "enrollment", "/rules", list[Rule])


def _move(path: str) -> Call[None]:
    return Call[None]("POST", "enrollment", f"/enrollments/{{enrollment_id}}/{path}", None)


MOVES: Final[Mapping[str, Call[None]]] = {
    "accept": _move("acceptance"),
    "refuse": _move("refusal"),
    "validate": _move("validation"),
    "ask": _move("question"),
    "answer": _move("answer"),
    "decline": _move("decline"),
    "withdraw": _move("withdrawal"),
    "abandon": _move("abandonment"),
    "cancel": _move("agreement-withdrawal"),
    "promote": _move("promotion"),
    "undo": _move("undo"),
    "reopen": _move("reopening"),
    "transfer": _move("transfer"),
}
