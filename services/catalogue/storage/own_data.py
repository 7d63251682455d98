"""Everything that the catalogue has of one person."""

from typing import Final

from sqlalchemy import any_, select

from services.catalogue.storage.tables import (
    METADATA,
    accounts,
    axes,
    catalogue_history,
    occupancy,
    sessions,
    sheets,
    trainings,
)
from shared.own_data import ACCOUNT, Archive

ARCHIVE: Final = Archive(
    METADATA,
    {
        "account": select(*accounts.c["id", "first_name", "last_name"]).where(accounts.c.id == ACCOUNT),
        "trained_sessions": select(*sessions.c["id", "place", "state"]).where(any_(sessions.c.trainer_ids) == ACCOUNT),
    },
    left_out={
        "about no person": (
            axes,
            trainings,
            *sessions.c["town", "address", "access", "link"],
            occupancy,
            sheets,
        ),
        "why a training or a session was changed": (catalogue_history,),
    },
)
