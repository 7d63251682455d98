"""What a person may still have to do or to end before the account can be erased."""

from enum import StrEnum


class Obligation(StrEnum):
    """`OPEN_SHEETS`: of a session that the person trained or took part in."""

    OPEN_REQUESTS = "open_requests"
    OPEN_PROPOSALS = "open_proposals"
    SESSIONS_TO_TRAIN = "sessions_to_train"
    OPEN_SHEETS = "open_sheets"
