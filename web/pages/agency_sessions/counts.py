"""How many people an act of the agency concerns."""

from typing import Final

from web.client.enrollment import Counts

OPEN: Final = ("awaiting_employer", "awaiting_trainer", "awaiting_beneficiary", "validated")


def concerned(counts: Counts) -> int:
    """The people with an open request."""
    return sum(counts.approvals[name].count for name in OPEN if name in counts.approvals)
