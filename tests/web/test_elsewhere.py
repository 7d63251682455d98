"""Whoever finds no seat sees the other sessions of the training that are open."""

from typing import Any

import httpx
import pytest

from tests.web.examples import ID, OTHER, REQUEST, answers, enrollment
from tests.web.fake import ESCAPED, HOSTILE, FakeGateway, browser
from tests.web.test_proposals import CATALOGUE_SESSION

THIRD, FOURTH = f"{ID[:-1]}3", f"{ID[:-1]}4"


def session(session_id: str, state: str) -> dict[str, Any]:
    return {**CATALOGUE_SESSION, "id": session_id, "requests": {"state": state, "label": HOSTILE, "sentence": HOSTILE}}


def training() -> dict[str, Any]:
    texts = dict.fromkeys(("summary", "objectives", "content", "audience", "prerequisites"), HOSTILE)
    return {
        "id": ID, "title": HOSTILE, "axis": {"id": ID, "name": HOSTILE}, "kind_label": HOSTILE, "members_only": False,
        "archived": False, "duration": HOSTILE, "contact": HOSTILE, "accessibility": HOSTILE, **texts,
        "sessions": [session(OTHER, "full"), session(THIRD, "closed"), session(FOURTH, "open")],
    }  # fmt: skip


def gateway_of(**changes: Any) -> FakeGateway:
    return FakeGateway(
        {
            **answers("beneficiary"),
            f"GET /api/catalogue/v1/sessions/{OTHER}": session(OTHER, "full"),
            f"GET /api/catalogue/v1/trainings/{ID}": training(),
            f"GET /api/catalogue/v1/trainings/{OTHER}": training(),
            **changes,
        }
    )


async def test_the_page_of_a_full_session_shows_the_open_ones() -> None:
    async with browser(gateway_of(), signed_in=True) as client:
        text = (await client.get(f"/sessions/{OTHER}")).text
    assert "Une autre session de cette formation est ouverte" in text
    assert f"#session-{FOURTH}" in text
    assert f"#session-{THIRD}" not in text
    assert ESCAPED in text
    assert HOSTILE not in text


@pytest.mark.parametrize(
    ("changes", "is_shown"),
    [
        ({"seat": "queued", "approval": "awaiting_trainer", "mine": True}, True),
        ({"seat": "queued", "approval": "awaiting_trainer", "mine": False}, False),
        ({"approval": "expired", "mine": True}, True),
        ({"seat": "held", "approval": "validated", "mine": True}, False),
    ],
)
async def test_who_has_no_seat_sees_the_open_sessions(changes: dict[str, Any], *, is_shown: bool) -> None:
    async with browser(gateway_of(**{f"GET {REQUEST}": enrollment(**changes)}), signed_in=True) as client:
        text = (await client.get(f"/demandes/{ID}")).text
    assert (f"#session-{FOURTH}" in text) is is_shown


@pytest.mark.parametrize("missing", [404, 503])
async def test_a_request_is_shown_without_the_catalogue(missing: int) -> None:
    queued = enrollment(seat="queued", approval="awaiting_trainer", mine=True)
    away = {f"GET /api/catalogue/v1/trainings/{OTHER}": httpx.Response(missing)}
    async with browser(gateway_of(**{f"GET {REQUEST}": queued}, **away), signed_in=True) as client:
        answer = await client.get(f"/demandes/{ID}")
    assert answer.status_code == 200
