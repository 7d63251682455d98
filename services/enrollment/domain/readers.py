"""Who reads the words that somebody wrote about a request: each reason has its readers, and reaches nobody else."""

from collections.abc import Mapping
from typing import Final, Literal

from services.enrollment.domain.states import ActingAs, Approval

Relation = Literal["person", "employer", "referent", "trainer", "staff"]
"""What somebody is to a request. Employers and referents are those of its structure."""

_ALL: Final[frozenset[Relation]] = frozenset({"person", "employer", "referent", "trainer", "staff"})
_PERSON_AND_TRAINER: Final[frozenset[Relation]] = frozenset({"person", "trainer", "staff"})
_PERSON_AND_STRUCTURE: Final[frozenset[Relation]] = frozenset({"person", "employer", "referent", "staff"})

END_OF_ATTACHMENT: Final = "La personne ne fait plus partie de la structure."
"""Shown to everybody instead of the words that ended the attachment, which are for the person alone."""

# fmt: off
_READERS: Final[Mapping[str, frozenset[Relation]]] = {
    "accept":    _PERSON_AND_STRUCTURE,
    "refuse":    _PERSON_AND_STRUCTURE,
    "validate":  _PERSON_AND_TRAINER,
    "ask":       _PERSON_AND_TRAINER,
    "answer":    _PERSON_AND_TRAINER,
    "decline":   frozenset({"person", "employer", "trainer", "staff"}),
    "attend":    _PERSON_AND_TRAINER,
    "correct":   _PERSON_AND_TRAINER,
}
"""The readers of the words with an act, whoever wrote them in whose place: the one replaced is always among them."""
_OF_AUTHOR: Final[Mapping[ActingAs, frozenset[Relation]]] = {
    "beneficiary": _ALL,
    "employer":    _PERSON_AND_STRUCTURE,
    "trainer":     _PERSON_AND_TRAINER,
    "session":     _ALL,
    "attachment":  _ALL,
    "structure":   _ALL,
}
"""The readers of words with other acts, by the role of their author. Those of staff are for the person and staff."""
# fmt: on


def note_for(relations: frozenset[Relation], *, act: str, acting_as: ActingAs, note: str | None) -> str | None:
    """The words with a move as somebody with these relations reads them; None if they are not for them."""
    if act == "cancel" and acting_as == "attachment":
        return END_OF_ATTACHMENT
    readers = _READERS.get(act) or _OF_AUTHOR.get(acting_as, frozenset({"person", "staff"}))
    if act == "cancel" and acting_as == "staff":
        readers = _PERSON_AND_STRUCTURE
    return note if relations & readers else None


def reads_motivation(relations: frozenset[Relation], *, approval: Approval, was_accepted: bool) -> bool:
    """Whether somebody reads why the person wants the session.

    A trainer does once the employer has agreed, as the procedure has it; a referent gives rights, and never does.
    """
    agreed = was_accepted and approval not in {Approval.AWAITING_EMPLOYER, Approval.REFUSED, Approval.EXPIRED}
    return bool(relations & {"person", "employer", "staff"}) or (agreed and "trainer" in relations)
