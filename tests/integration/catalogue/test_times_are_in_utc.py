"""Times typed with an offset: events and answers have them in UTC, on both sides of the change of hour."""

import re
from typing import Any

from tests.integration.catalogue.catalogue_service import CatalogueService

TIME = re.compile(r'"(\d{4}-\d\d-\d\dT[^"]+)"')
# summer time begins on 28 March 2027, at 2 o'clock in the night
OVER_THE_CHANGE = {
    "opens_at": "2027-01-01T08:00:00+01:00",
    "closes_at": "2027-03-20T18:00:00-05:00",
    "slots": [
        {"starts_at": "2027-03-27T22:00:00+01:00", "ends_at": "2027-03-28T05:00:00+02:00"},
        {"starts_at": "2027-03-29T09:00:00+02:00", "ends_at": "2027-03-29T12:30:00+02:00"},
    ],
}
IN_UTC = [
    ("2027-03-27T21:00:00Z", "2027-03-28T03:00:00Z"),
    ("2027-03-29T07:00:00Z", "2027-03-29T10:30:00Z"),
]


def times(slots: Any) -> list[tuple[str, str]]:
    return [(slot["starts_at"], slot["ends_at"]) for slot in slots]


async def test_typed_offsets_reach_neither_events_nor_answers(service: CatalogueService) -> None:
    training = await service.training()
    made = await service.session(training, **OVER_THE_CHANGE)
    path = f"/sessions/{made['id']}"
    moved = await service.change(
        "PATCH",
        path,
        {"slots": [*OVER_THE_CHANGE["slots"], {"starts_at": "2027-04-01T09:00:00+02:00",
         "ends_at": "2027-04-01T12:00:00+02:00"}], "closes_at": "2027-03-20T23:00:00Z"},
        version=1,
    )  # fmt: skip

    assert times(made["slots"]) == IN_UTC
    assert times((await service.get(path))["slots"]) == [*IN_UTC, ("2027-04-01T07:00:00Z", "2027-04-01T10:00:00Z")]
    assert (made["opens_at"], made["closes_at"]) == ("2027-01-01T07:00:00Z", "2027-03-20T23:00:00Z")
    assert moved["closes_at"] == made["closes_at"]
    payloads = [row.payload for row in await service.rows("SELECT payload FROM outbox")]
    typed = [time for payload in payloads for time in TIME.findall(payload)]
    assert len(typed) > 10
    assert [time for time in typed if not time.endswith("Z")] == []


async def test_a_moment_that_is_typed_with_another_offset_is_no_change(service: CatalogueService) -> None:
    made = await service.session(await service.training(), **OVER_THE_CHANGE)
    body = {"closes_at": "2027-03-21T00:00:00+01:00", "slots": OVER_THE_CHANGE["slots"]}
    assert (await service.change("PATCH", f"/sessions/{made['id']}", body, version=1))["version"] == 1
