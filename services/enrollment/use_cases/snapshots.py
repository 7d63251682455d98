"""What events say of a request."""

from services.enrollment.domain.enrollment import Enrollment
from services.enrollment.domain.queue import Rank
from shared.contracts.enrollment import EnrollmentSnapshot


def snapshot(enrollment: Enrollment, rank: Rank | None = None) -> EnrollmentSnapshot:
    """The request as others may know it: without the motivation."""
    return EnrollmentSnapshot(
        id=enrollment.id,
        version=enrollment.version,
        account_id=enrollment.account_id,
        structure_id=enrollment.structure_id,
        training_id=enrollment.training_id,
        session_id=enrollment.session_id,
        approval=enrollment.approval.value,
        seat=enrollment.seat.value,
        rank=None if rank is None else rank.place,
    )
