"""The servers of the compose file on Kubernetes, as objects of their operators: databases and broker, what is
backed up, and what is observed."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

from docs import generate
from tests.unit.deploy.objects import COMPOSE, FOLDER, PROCESSES, SERVICES, Object, built, needs_kubectl, of

PROMETHEUS = generate.ROOT / "deploy/prometheus"
SCRAPED: dict[str, Object] = {
    each["job_name"]: each for each in yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
}


def test_the_servers_are_three_and_in_their_networks() -> None:
    databases = of("Cluster")
    assert set(databases) == {f"{name}-database" for name in SERVICES}
    for name, each in databases.items():
        service = name.removesuffix("-database")
        start = each["spec"]["bootstrap"]["initdb"]
        assert (each["spec"]["instances"], start["database"], start["owner"]) == (3, service, f"{service}_owner")
        assert each["spec"]["inheritedMetadata"]["labels"] == {"parcourspro.network/database": "member"}
        [role] = each["spec"]["managed"]["roles"]
        assert (role["name"], role["passwordSecret"]["name"]) == (service, name)
    [broker] = of("RabbitmqCluster").values()
    configured = broker["spec"]["rabbitmq"]["additionalConfig"].splitlines()
    shipped = (generate.ROOT / "deploy/rabbitmq/rabbitmq.conf").read_text().splitlines()
    assert {line for line in shipped if line and not line.startswith("#")} <= set(configured)
    assert (broker["metadata"]["name"], broker["spec"]["replicas"]) == ("rabbitmq", 3)
    assert broker["spec"]["image"] == COMPOSE["rabbitmq"]["image"]
    template = broker["spec"]["override"]["statefulSet"]["spec"]["template"]
    assert template["metadata"]["labels"] == {"parcourspro.network/broker": "member"}
    users = {entry["name"] for entry in template["spec"]["initContainers"][0]["env"]}
    assert users == set(COMPOSE["rabbitmq"]["environment"])


def test_one_node_of_the_broker_at_a_time_may_leave() -> None:
    budget = of("PodDisruptionBudget")["rabbitmq"]["spec"]
    # the label that its operator gives to the nodes
    assert budget == {"maxUnavailable": 1, "selector": {"matchLabels": {"app.kubernetes.io/name": "rabbitmq"}}}


def test_every_database_is_backed_up_each_night_from_a_standby_that_stands_still() -> None:
    databases = of("Cluster")
    assert set(of("ScheduledBackup")) == set(databases)
    for name, each in of("ScheduledBackup").items():
        spec = each["spec"]
        assert (spec["cluster"], spec["method"]) == ({"name": name}, "volumeSnapshot")
        second, minute, hour, *days = spec["schedule"].split()
        assert (second, hour, days) == ("0", "2", ["*", "*", "*"]), minute
    for each in databases.values():
        assert each["spec"]["backup"] == {
            "target": "prefer-standby",
            "volumeSnapshot": {"online": False, "snapshotOwnerReference": "backup"},
        }
    minutes = [each["spec"]["schedule"].split()[1] for each in of("ScheduledBackup").values()]
    assert len(set(minutes)) == len(minutes), "not all at once"


@needs_kubectl
def test_the_overlay_says_which_class_the_snapshots_have() -> None:
    for each in built(FOLDER / "overlays/production"):
        if each["kind"] == "Cluster":
            assert each["spec"]["backup"]["volumeSnapshot"]["className"] == "csi-snapshots"
            assert each["spec"]["backup"]["volumeSnapshot"]["online"] is False


@pytest.fixture(scope="module")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> list[Object]:
    """What the component adds to the overlay."""
    copied: Path = tmp_path_factory.mktemp("deploy")
    for part in ("kubernetes", "gateway", "rabbitmq"):
        shutil.copytree(FOLDER.parent / part, copied / part)
    overlay = copied / "kubernetes/overlays/production/kustomization.yaml"
    commented = "# components: [../../components/monitoring]"
    assert commented in overlay.read_text()
    overlay.write_text(overlay.read_text().replace(commented, commented.removeprefix("# ")))
    added = [each for each in built(overlay.parent) if each["apiVersion"].startswith("monitoring.coreos.com/")]
    assert {each["metadata"]["namespace"] for each in added} == {"parcourspro"}
    return added


@needs_kubectl
def test_prometheus_reads_the_same_processes_on_kubernetes_under_the_same_names(monitoring: list[Object]) -> None:
    monitors: dict[str, Any] = {
        each["metadata"]["name"]: each["spec"] for each in monitoring if each["kind"] == "PodMonitor"
    }
    [processes] = monitors["processes"]["selector"]["matchExpressions"]
    serving = {name for name in PROCESSES if not name.endswith("-migrate")}
    assert (processes["key"], processes["operator"]) == ("app.kubernetes.io/name", "In")
    assert set(processes["values"]) == serving
    # the job is the name of the process, and not the monitor's
    assert monitors["processes"]["jobLabel"] == "app.kubernetes.io/name"
    assert monitors["processes"]["podMetricsEndpoints"] == [{"port": "http", "path": "/metrics", "interval": "15s"}]
    assert serving | {"gateway", "rabbitmq", "queues"} == set(SCRAPED)
    assert set(monitors) == {"processes", "gateway", "rabbitmq", "queues"}
    assert monitors["gateway"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics", "interval": "15s"}]
    for name in ("rabbitmq", "queues"):
        assert monitors[name]["selector"] == {"matchLabels": {"app.kubernetes.io/name": "rabbitmq"}}
        [endpoint] = monitors[name]["podMetricsEndpoints"]
        assert endpoint["port"] == "prometheus"
        assert endpoint["path"] == SCRAPED[name].get("metrics_path", "/metrics")
        assert endpoint.get("params") == SCRAPED[name].get("params")
        assert endpoint["relabelings"] == [{"targetLabel": "job", "replacement": name}]


@needs_kubectl
def test_prometheus_gets_all_alerts_on_kubernetes(monitoring: list[Object]) -> None:
    [rules] = [each["spec"]["groups"] for each in monitoring if each["kind"] == "PrometheusRule"]
    shipped = [yaml.safe_load(path.read_text()) for path in sorted(PROMETHEUS.glob("alerts/*.yml"))]
    assert rules == [group for file in shipped for group in file["groups"]]
    assert sum(len(group["rules"]) for group in rules) >= 17


def test_prometheus_may_ask_every_process_and_the_broker() -> None:
    policy = of("NetworkPolicy")["metrics"]["spec"]
    assert policy["podSelector"] == {}
    assert {port["port"] for port in policy["ingress"][0]["ports"]} >= {8000, 8003, 15692}
