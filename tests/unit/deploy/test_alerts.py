"""The alerts and the dashboard use metrics that exist; each alert has its section, and fires and clears in a test."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from fastapi import FastAPI

import services
from docs import generate
from shared.database import Database
from shared.messages_command import messages
from shared.process import worker_app
from tests.compose.alert_faults import PHASES
from web.settings import Settings
from web.wiring import create

FOLDER = generate.ROOT / "deploy/prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for path in sorted(FOLDER.glob("alerts/*.yml"))
    for group in yaml.safe_load(path.read_text())["groups"]
    for rule in group["rules"]
]
TESTS = sorted(FOLDER.glob("tests/*.yml"))
# `make test` puts it beside Python
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=Path(sys.executable).parent)
DASHBOARD: dict[str, Any] = json.loads((generate.ROOT / "deploy/grafana/dashboard.json").read_text())
OPERATIONS = (generate.ROOT / "docs/operations.md").read_text()
SCRAPES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "prometheus.yml").read_text())["scrape_configs"]
OF_OTHERS = {
    "up",  # Prometheus says whether a process answered
    "ALERTS",
    # RabbitMQ's own, and those of its queues in /metrics/detailed
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_detailed_queue_consumers",
    "rabbitmq_detailed_queue_messages_ready",
}
FUNCTIONS = {
    *("and", "by", "changes", "group", "histogram_quantile", "increase", "max", "max_over_time", "on", "or"),
    *("rate", "sum", "topk", "unless"),
}


REQUESTS = {"http_requests_total", "http_request_seconds_bucket", "process_resident_memory_bytes"}
OF_WORKERS = {
    *("outbox_messages", "outbox_oldest_seconds", "relay_active", "messages_published_total"),
    *("message_lag_seconds_bucket", "message_handler_seconds_bucket", "messages_handled_total"),
    *("messages_failed_total", "messages_parked_total", "messages_missed_total", "undelivered_messages"),
    *("dead_messages", "worker_still_seconds", "job_late_seconds", "job_failures_total"),
    *("measures_failed_total", "process_resident_memory_bytes"),
}
REQUIRED = {
    "catalogue-api": REQUESTS,
    "catalogue-worker": OF_WORKERS,
    "enrollment-api": REQUESTS,
    "enrollment-worker": {*OF_WORKERS, "sessions_to_come", "seats_offered", "seats_taken", "requests_queued"},
    "identity-api": REQUESTS,
    "identity-worker": OF_WORKERS,
    "notifier-api": REQUESTS,
    "notifier-worker": {*OF_WORKERS, "mails_waiting", "mails_oldest_seconds", "mails_of_a_day"},
    "web": REQUESTS,
}
"""What operators must be able to see of each process, whatever rules and dashboard use of it."""


def applications() -> Iterator[tuple[str, FastAPI]]:
    """Every process by its name, with addresses of no database."""
    for name, service in services.definitions().items():
        database = Database(generate.NOWHERE, application="test")
        yield f"{name}-worker", worker_app(generate.wired(service, database))
        # the worker has set the address of its database in the environment
        yield f"{name}-api", service.api(service.settings(), Database(generate.NOWHERE, application=name))
    yield "web", create(Settings(cookie_keys="no development secret"))


async def scraped(application: FastAPI) -> str:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def by_process() -> dict[str, set[str]]:
    """The names of all series that each process exports."""
    return {name: series(asyncio.run(scraped(application))) for name, application in applications()}


def series(page: str) -> set[str]:
    """The names of the series of one page of metrics."""
    found: set[str] = set()
    for name, kind in re.findall(r"(?m)^# TYPE (\w+) (\w+)$", page):
        suffixes = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
        found |= {name + suffix for suffix in suffixes}
    return found


@pytest.fixture(scope="module")
def exported(by_process: dict[str, set[str]]) -> set[str]:
    return set().union(*by_process.values())


def metrics(expression: str) -> set[str]:
    """The metrics in an expression: its words outside of braces, brackets and lists of labels, without functions."""
    bare = re.sub(r"\{.*?\}|\[.*?\]|\b(by|on) \(.*?\)", " ", expression)
    return set(re.findall(r"[A-Za-z_]\w+", bare)) - FUNCTIONS


def test_each_process_exports_what_operators_need(by_process: dict[str, set[str]]) -> None:
    missing = {process: names - by_process[process] for process, names in REQUIRED.items()}
    assert {process: names for process, names in missing.items() if names} == {}
    assert by_process.keys() == REQUIRED.keys()


def test_every_metric_of_a_rule_is_exported(exported: set[str]) -> None:
    used = {name for rule in RULES for name in metrics(rule["expr"])}
    assert len(used) > 10
    assert used - exported - OF_OTHERS == set()


def test_every_metric_of_the_dashboard_is_exported(exported: set[str]) -> None:
    expressions = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    used = {name for expression in expressions for name in metrics(expression)}
    assert len(used) > 15
    assert used - exported - OF_OTHERS == set()


def test_a_rule_has_a_severity_a_sentence_and_a_section_with_meaning_sight_and_remedy() -> None:
    for rule in RULES:
        name = rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["annotations"]["page"] == f"docs/operations.md#{name.lower()}"
        section = OPERATIONS.partition(f"\n### {name}\n")[2].partition("\n#")[0]
        assert [part for part in ("**Meaning.**", "**See.**", "**Do.**") if part not in section] == [], name


def test_every_section_is_of_a_rule() -> None:
    assert set(re.findall(r"(?m)^### (\w+)$", OPERATIONS)) == {rule["alert"] for rule in RULES}


def test_every_command_of_the_page_exists() -> None:
    known = {command.name or command.callback.__name__.rstrip("_") for command in messages.registered_commands}  # type: ignore[union-attr]
    used = set(re.findall(r"`messages (\w+)", OPERATIONS))
    assert used == {"dead", "drop", "list", "replay", "resend", "show"}
    assert used - {"dead"} <= known
    acts = re.findall(r"`messages (?:replay|drop|dead return)[^`]*`", OPERATIONS)
    assert len(acts) == 5
    assert [act for act in acts if "--reason TEXT" not in act] == []


def test_every_rule_fires_and_clears_in_a_test() -> None:
    seen: dict[str, set[bool]] = {}
    for path in TESTS:
        for test in yaml.safe_load(path.read_text())["tests"]:
            for check in test["alert_rule_test"]:
                seen.setdefault(check["alertname"], set()).add(bool(check["exp_alerts"]))
            # the first check is before the fault, the last one after it
            assert [bool(check["exp_alerts"]) for check in test["alert_rule_test"]][-2:] == [True, False]
    assert seen == {rule["alert"]: {True, False} for rule in RULES}


def test_every_rule_is_tried_with_a_real_fault() -> None:
    tried = [name for phase in PHASES for line in phase for fault in line for name in fault.alerts]
    assert sorted(tried) == sorted(rule["alert"] for rule in RULES)


async def test_a_listener_has_a_number_of_missed_events_for_each_publisher_before_it_misses_one() -> None:
    """The alert asks for its increase, which a series that begins with the first missed event would not have."""
    service = services.definitions()["enrollment"]
    database = Database(generate.NOWHERE, application="test")
    lines = (await scraped(worker_app(generate.wired(service, database)))).splitlines()
    assert 'messages_missed_total{publisher="catalogue"} 0.0' in lines
    assert 'messages_missed_total{publisher="identity"} 0.0' in lines


@pytest.mark.skipif(not PROMTOOL, reason="promtool is not installed (package prometheus)")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(path: Path) -> None:
    done = subprocess.run([str(PROMTOOL), "test", "rules", path], capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_of_the_compose_file_is_read() -> None:
    compose = yaml.safe_load((generate.ROOT / "docker-compose.yml").read_text())["services"]
    targets = {name for job in SCRAPES for config in job["dns_sd_configs"] for name in config["names"]}
    processes = {name for name in compose if name.endswith(("-api", "-worker"))}
    assert targets == {*processes, "web", "gateway", "rabbitmq"}
    seen = set(compose["prometheus"]["networks"])
    assert [name for name in targets if not seen & set(compose[name]["networks"])] == []
