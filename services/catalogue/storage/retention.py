"""How long the catalogue keeps each kind of data."""

from typing import Final

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
from shared.retention import Kept, Limited, Retention

RETENTION: Final = Retention(
    METADATA,
    [
        Kept(table=axes, because="the published catalogue"),
        Kept(table=trainings, because="the published catalogue; staff change who is named as contact"),
        Kept(table=sessions, because="what took place, with the numbers of the trainers"),
        Limited(
            kind="reasons of changes",
            since=catalogue_history.c.at,
            age="keep_reasons",
            rows=catalogue_history.c.note.is_not(None),
            empties={"note": None},
            chain="aggregate_id",
            because="staff read why a training or a session was changed; the line without the reason stays",
        ),
        Kept(table=accounts, because="the copy of the account, as long as the account"),
        Kept(table=occupancy, because="counts, without personal data"),
        Kept(table=sheets, because="versions, without personal data"),
    ],
)
