"""What holds for every address of the pages, also for those that are added later."""

import pytest

from tests.web.examples import answers
from tests.web.fake import FakeGateway, browser
from tests.web.routes import addresses, addresses_of_lists, paths

ROLES = ("beneficiary", "employer", "referent", "trainer", "staff")


def writes(gateway: FakeGateway) -> list[str]:
    """The calls that a service may answer by changing something."""
    return [f"{each.method} {each.url.path}" for each in gateway.sent if each.method != "GET"]


@pytest.mark.parametrize("address", addresses("GET"))
async def test_reading_changes_nothing(address: str) -> None:
    gateway = FakeGateway(answers(*ROLES))
    async with browser(gateway, signed_in=True) as client:
        answer = await client.get(address)
        assert answer.status_code != 500
    assert writes(gateway) == []


@pytest.mark.parametrize("address", addresses_of_lists())
async def test_a_list_goes_on_where_the_service_said(address: str) -> None:
    """That the service knows the parameter is checked for every call, by its OpenAPI document."""
    gateway = FakeGateway(answers(*ROLES))
    async with browser(gateway, signed_in=True) as client:
        await client.get(address, params={"after": "where-the-page-ended"})
    assert "where-the-page-ended" in [each.url.params.get("cursor") for each in gateway.sent]


@pytest.mark.parametrize("address", addresses("POST"))
async def test_nothing_is_written_without_the_token_of_a_form(address: str) -> None:
    gateway = FakeGateway(answers(*ROLES))
    async with browser(gateway, signed_in=True) as client:
        answer = await client.post(address, data={"reason": "Parce que.", "act": "send"})
    assert answer.status_code == 403
    assert writes(gateway) == []


def test_there_are_addresses() -> None:
    assert {"/", "/demandes/{request_id}"} <= set(paths("GET"))
    assert "/panier" in paths("POST")
