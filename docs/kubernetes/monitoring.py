"""What Prometheus reads and which alerts it evaluates, as objects of its operator: those of deploy/prometheus."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import yaml  # type: ignore[import-untyped]  # it has no types

from docs.kubernetes.compose import Object

NAME: Final = "app.kubernetes.io/name"
BROKER: Final = "rabbitmq"
GATEWAY: Final = "gateway"
METRICS: Final = "/metrics"


def monitors(scrapes: Sequence[Object]) -> list[Object]:
    """The monitors of pods: one for all processes, and one for each job of the broker.

    `scrapes`: the jobs of deploy/prometheus/prometheus.yml. Alerts and dashboards name them, so each keeps its name.
    """
    of_broker = [each for each in scrapes if each["dns_sd_configs"][0]["names"] == [BROKER]]
    processes = [each["job_name"] for each in scrapes if each not in of_broker and each["job_name"] != GATEWAY]
    return [
        _monitor(
            "processes",
            {"matchExpressions": [{"key": NAME, "operator": "In", "values": processes}]},
            {"port": "http", "path": METRICS},
            jobLabel=NAME,
        ),
        _monitor(GATEWAY, {"matchLabels": {NAME: GATEWAY}}, {"port": "metrics", "path": METRICS}, jobLabel=NAME),
        *(_of_broker(each) for each in of_broker),
    ]


def _of_broker(scrape: Object) -> Object:
    name = scrape["job_name"]
    endpoint = {
        "port": "prometheus",
        "path": scrape.get("metrics_path", METRICS),
        **({"params": scrape["params"]} if "params" in scrape else {}),
        "relabelings": [{"targetLabel": "job", "replacement": name}],
    }
    return _monitor(name, {"matchLabels": {NAME: BROKER}}, endpoint)


def _monitor(name: str, selector: Object, endpoint: Object, **more: object) -> Object:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {"name": name},
        "spec": {**more, "selector": selector, "podMetricsEndpoints": [{**endpoint, "interval": "15s"}]},
    }


def rules(files: Sequence[Path]) -> Object:
    """All groups of alerts."""
    groups = [group for file in files for group in yaml.safe_load(file.read_text())["groups"]]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "parcourspro"},
        "spec": {"groups": groups},
    }
