"""The numbers of a worker as Prometheus reads them."""

from typing import Any

import httpx

from shared.messaging.worker import Worker
from shared.process import worker_app


async def scraped(worker: Worker[Any]) -> dict[str, float]:
    """The value of each series, under its name with its labels."""
    transport = httpx.ASGITransport(worker_app(worker))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
