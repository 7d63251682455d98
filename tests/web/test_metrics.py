"""The pages export what the services export, by route: an id in an address makes no time series of its own."""

from uuid import uuid4

from tests.web.fake import FakeGateway, browser


async def test_requests_are_counted_and_timed_by_route_and_status() -> None:
    async with browser(FakeGateway(), agency_name="Counted") as client:  # pages that no other test uses
        for _ in range(2):
            await client.get("/static/nothing.css")
        await client.get(f"/nowhere/{uuid4()}")
        lines = (await client.get("/metrics")).text.splitlines()
    assert 'http_requests_total{method="GET",route="/static/{path:path}",status="404"} 2.0' in lines
    assert 'http_requests_total{method="GET",route="none",status="404"} 1.0' in lines
    assert 'http_request_seconds_count{method="GET",route="/static/{path:path}"} 2.0' in lines
    assert [line for line in lines if line.startswith("process_resident_memory_bytes ")]
