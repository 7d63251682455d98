"""Steps of an operator who follows one correlation id from a person's request to the mails that it caused."""

import asyncio
import json
from functools import partial
from typing import Any

import httpx

from tests.e2e.scenario import Scenario
from tests.support.eventually import eventually
from tests.support.processes import Process


async def one_correlation_id_follows_the_request_into_its_mails(scenario: Scenario) -> None:
    employers = {scenario[key].email for key in ("claire", "denis")}
    to_employers = await _mails(scenario, "request_to_decide")
    caused = [mail for mail in to_employers if mail["correlation_id"] == scenario.correlation_id]
    assert sorted(mail["recipient"] for mail in caused) == sorted(4 * list(employers))
    receipts = await _mails(scenario, "request_receipt")
    assert [mail["recipient"] for mail in receipts if mail["correlation_id"] == scenario.correlation_id] == [
        scenario["bruno"].email
    ]
    for mail in scenario.mails.opened(f"Demande de formation {scenario['bruno'].of}"):
        headers = await scenario.mails.headers(mail)
        assert headers is None or headers["x-correlation-id"] == [scenario.correlation_id]


async def the_logs_of_the_services_contain_the_correlation_id(scenario: Scenario) -> None:
    """Only if each service writes its own log file: the embedded process logs nothing but warnings."""
    processes = [
        scenario.system.processes[name]
        for name in ("enrollment-api", "notifier-worker")
        if name in scenario.system.processes
    ]
    for process in processes:
        await eventually(partial(_logged, process, scenario.correlation_id), within=10)


async def _logged(process: Process, correlation_id: str) -> bool:
    lines = [
        json.loads(line) for line in (await asyncio.to_thread(lambda: process.log)).splitlines() if line.startswith("{")
    ]
    return any(line.get("correlation_id") == correlation_id for line in lines)


async def _mails(scenario: Scenario, kind: str) -> list[dict[str, Any]]:
    answer = await scenario.staff.send("GET", f"notifier/v1/mails?kind={kind}&limit=100")
    assert answer.status_code == httpx.codes.OK, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items
