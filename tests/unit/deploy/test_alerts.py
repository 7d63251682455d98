"""The alerts and the dashboard use metrics that exist; each alert has its section, and fires and clears in a test."""

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types
from fastapi import FastAPI

from docs import generate
from shared.database import Database
from shared.messages_command import messages
from shared.process import worker_app
from tests.compose.alert_faults import LAST, LINES
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


def applications() -> Iterator[FastAPI]:
    """Every process, with addresses of no database."""
    for name, service in generate.services().items():
        database = Database(generate.NOWHERE, application="test")
        yield worker_app(generate.wired(service, database))
        # the worker has set the address of its database in the environment
        yield service.api(service.load_settings(), Database(generate.NOWHERE, application=name))
    yield create(Settings(cookie_keys="no development secret"))


async def scraped(application: FastAPI) -> str:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def exported() -> set[str]:
    """The names of all series that the processes export."""
    found: set[str] = set()
    for application in applications():
        for name, kind in re.findall(r"(?m)^# TYPE (\w+) (\w+)$", asyncio.run(scraped(application))):
            suffixes = ("_bucket", "_count", "_sum") if kind == "histogram" else ("",)
            found |= {name + suffix for suffix in suffixes}
    return found


def metrics(expression: str) -> set[str]:
    """The metrics in an expression: its words outside of braces, brackets and lists of labels, without functions."""
    bare = re.sub(r"\{.*?\}|\[.*?\]|\b(by|on) \(.*?\)", " ", expression)
    return set(re.findall(r"[A-Za-z_]\w+", bare)) - FUNCTIONS


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
    tried = [name for line in (*LINES, *LAST) for fault in line for name in fault.alerts]
    assert sorted(tried) == sorted(rule["alert"] for rule in RULES)


async def test_a_listener_has_a_number_of_missed_events_for_each_publisher_before_it_misses_one() -> None:
    """The alert asks for its increase, which a series that begins with the first missed event would not have."""
    service = generate.services()["enrollment"]
    database = Database(generate.NOWHERE, application="test")
    lines = (await scraped(worker_app(generate.wired(service, database)))).splitlines()
    assert 'messages_missed_total{publisher="catalogue"} 0.0' in lines
    assert 'messages_missed_total{publisher="identity"} 0.0' in lines


@pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not installed (package prometheus)")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_the_rules_do_what_their_tests_say(path: Path) -> None:
    done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, check=False)  # noqa: S603, S607
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_process_of_the_compose_file_is_read() -> None:
    compose = yaml.safe_load((generate.ROOT / "docker-compose.yml").read_text())["services"]
    targets = {name for job in SCRAPES for config in job["dns_sd_configs"] for name in config["names"]}
    processes = {name for name in compose if name.endswith(("-api", "-worker"))}
    assert targets == {*processes, "web", "rabbitmq"}
    seen = set(compose["prometheus"]["networks"])
    assert [name for name in targets if not seen & set(compose[name]["networks"])] == []
