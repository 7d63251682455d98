"""The processes on Kubernetes say what the compose file says, and name only what exists."""

import re
from typing import Any

import pytest

from deploy.environment import compose_files
from docs import generate
from docs.kubernetes import compose, written
from tests.unit.deploy.objects import (
    BROKER,
    COMPOSE,
    FILES,
    FOLDER,
    NETWORKS,
    PROCESSES,
    SECRET,
    SERVICES,
    SETTINGS_FILES,
    WORKLOADS,
    Object,
    container,
    of,
    pod,
    variables,
)
from web.settings import Settings as PagesSettings


def test_the_services_objects_are_those_of_the_compose_file() -> None:
    shipped = {
        f"{folder}/{path.name}": path.read_text()
        for folder in written.FOLDERS
        for path in (generate.ROOT / folder).iterdir()
    }
    assert shipped == written.files(generate.ROOT, generate.queues()), "run `make docs`"


def test_every_process_of_the_compose_file_and_no_other_runs() -> None:
    others = {"postgres", "rabbitmq", "prometheus", "grafana", "jaeger"}
    assert set(WORKLOADS) == set(COMPOSE) - others == {*PROCESSES, "gateway"}


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_the_variables_of_the_compose_file_and_its_settings_know_them(name: str) -> None:
    described = COMPOSE[name]["environment"]
    ours = {variable for variable in variables(name) if variable.startswith("PARCOURSPRO_")}
    assert ours == {variable for variable, value in described.items() if not compose.is_setting(variable, value)}
    assert container(name)["envFrom"] == [{"configMapRef": {"name": "parcourspro"}}]
    service = name.partition("-")[0]
    settings: Any = PagesSettings if name == "web" else SERVICES[service].settings
    prefix = settings.model_config["env_prefix"]
    own = {variable.removeprefix(prefix).lower() for variable in described if variable.startswith(prefix)}
    assert own <= set(settings.model_fields)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_the_fixed_values_command_image_and_networks_of_the_compose_file(name: str) -> None:
    described = COMPOSE[name]
    for variable, value in described["environment"].items():
        if value is not None and "${" not in str(value):
            assert variables(name)[variable] == {"name": variable, "value": str(value)}
    assert container(name).get("args") == described.get("command")
    assert container(name)["image"] == described["image"].partition(":")[0]
    labels = {label.partition("/")[2] for label in pod(name)["metadata"]["labels"] if "network/" in label}
    assert labels == set(described["networks"])


def test_settings_come_from_the_config_map_and_every_key_has_a_value() -> None:
    settings = {
        variable: value
        for name in PROCESSES
        for variable, value in COMPOSE[name]["environment"].items()
        if compose.is_setting(variable, value)
    }
    lines = [line for file in SETTINGS_FILES for line in (FOLDER / file).read_text().splitlines()]
    known = {line.partition("=")[0] for line in lines if not line.startswith("#")}
    assert len(settings) > 15
    assert {variable for variable, value in settings.items() if value is not None} <= known
    assert known <= {*settings, "PARCOURSPRO_TRUSTED_PROXIES"}, "the last one is the gateway's"
    proxies = variables("gateway")["TRUSTED_PROXIES"]
    assert proxies["valueFrom"]["configMapKeyRef"] == {"name": "parcourspro", "key": "PARCOURSPRO_TRUSTED_PROXIES"}
    assert [name for name in known if SECRET.search(name)] == []


def test_secrets_are_references_and_each_is_one_of_the_compose_file() -> None:
    texts = "".join(path.read_text() for path in FILES)
    required = set(re.findall(r"\$\{(\w+):", compose_files()))
    secrets = {
        variable.removeprefix("PARCOURSPRO_").removesuffix("_PASSWORD").lower().replace("_", "-")
        for variable in required
        if SECRET.search(variable)
    }
    used = set(re.findall(r"secretKeyRef: \{name: ([\w-]+), key: password", texts))
    assert used == secrets - {"postgres"}, "CloudNativePG makes the superuser's password itself"
    assert of("Secret") == {}
    for name in WORKLOADS:
        for entry in container(name)["env"]:
            if SECRET.search(entry["name"]) or entry["name"].endswith(("DATABASE_URL", "AMQP_URL")):
                value = entry.get("value", "")
                assert "secretKeyRef" in entry.get("valueFrom", {}) or re.search(r":\$\(\w+_PASSWORD\)@", value)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_password_in_an_address_is_declared_before_it(name: str) -> None:
    before: set[str] = set()
    for entry in container(name)["env"]:
        assert set(re.findall(r"\$\((\w+)\)", entry.get("value", ""))) <= before
        before.add(entry["name"])


def test_every_host_and_port_is_that_of_a_service() -> None:
    ports = {(name, port["port"]) for name, each in of("Service").items() for port in each["spec"]["ports"]}
    servers = {(f"{name}-rw", 5432) for name in of("Cluster")} | {("rabbitmq", 5672)}
    hosts = set()
    for name in PROCESSES:
        for entry in container(name)["env"]:
            for scheme, host, port in re.findall(r"^(\S+?)://(?:\S+@)?([\w.-]+)(?::(\d+))?/?", entry.get("value", "")):
                hosts.add((host, int(port or {"postgresql+asyncpg": 5432}[scheme])))
    assert hosts <= ports | servers
    assert {host for host, _ in hosts} >= {"gateway", "identity-api", "enrollment-database-rw"}
    caddy = (generate.ROOT / "deploy/gateway/Caddyfile").read_text()
    called = {("web", 8000), *((f"{name}-api", 8000) for name in SERVICES)}
    assert called <= ports
    assert "dynamic a {re.service.1}-api 8000 {" in caddy
    assert "dynamic a web 8000 {" in caddy


def test_a_service_finds_its_pods_and_their_port() -> None:
    for each in of("Service").values():
        [name] = each["spec"]["selector"].values()
        declared = {port["containerPort"] for port in container(name)["ports"]}
        assert {port["port"] for port in each["spec"]["ports"]} <= declared


def test_an_address_of_all_pods_is_what_the_gateway_asks_for() -> None:
    several = {name for name, each in of("Service").items() if each["spec"].get("clusterIP") == "None"}
    assert several == {"web", *(f"{name}-api" for name in SERVICES)}


@pytest.mark.parametrize("name", [name for name in PROCESSES if not name.endswith("-migrate")])
def test_a_process_has_the_probes_of_the_compose_file_a_budget_and_a_scaler(name: str) -> None:
    probes = {kind: container(name)[kind]["httpGet"]["path"] for kind in ("livenessProbe", "readinessProbe")}
    assert probes == {"livenessProbe": "/health/live", "readinessProbe": "/health/ready"}
    assert "/health/ready" in str(COMPOSE[name]["healthcheck"]["test"])
    start = container(name)["startupProbe"]
    assert COMPOSE[name]["healthcheck"]["start_period"] == "3m"
    assert start["periodSeconds"] * start["failureThreshold"] == 180
    assert of("PodDisruptionBudget")[name]["spec"]["maxUnavailable"] == 1
    if name.endswith("-worker"):
        assert of("ScaledObject")[name]["spec"]["scaleTargetRef"] == {"name": name}
    else:
        assert of("HorizontalPodAutoscaler")[name]["spec"]["scaleTargetRef"]["name"] == name


def test_the_gateway_is_scaled_as_the_processes_behind_it() -> None:
    scaler, pages = (of("HorizontalPodAutoscaler")[name]["spec"] for name in ("gateway", "web"))
    assert scaler["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "gateway"}
    assert {**scaler, "scaleTargetRef": {}} == {**pages, "scaleTargetRef": {}}
    assert "replicas" not in WORKLOADS["gateway"]["spec"], "an apply would undo what the scaler has done"
    assert of("PodDisruptionBudget")["gateway"]["spec"]["maxUnavailable"] == 1


def triggers(kind: str) -> dict[str, list[Object]]:
    """The triggers of a kind by worker."""
    found = {name: each["spec"]["triggers"] for name, each in of("ScaledObject").items()}
    return {name: [each for each in entries if each["type"] == kind] for name, entries in found.items()}


def test_a_worker_is_scaled_by_the_queues_that_it_reads() -> None:
    queues = triggers("rabbitmq")
    scaled = {trigger["metadata"]["queueName"]: name for name, entries in queues.items() for trigger in entries}
    declared = {queue["name"] for queue in BROKER["queues"] if not queue["name"].endswith(".dead")}
    assert scaled == {queue: f"{queue.partition('.')[0]}-worker" for queue in declared}
    for name, entries in queues.items():
        for trigger in entries:
            assert trigger["metadata"]["host"] == "amqp://rabbitmq.parcourspro.svc:5672/parcourspro"
            assert trigger["authenticationRef"] == {"name": name}
        secrets = of("TriggerAuthentication")[name]["spec"]["secretTargetRef"]
        assert {entry["name"] for entry in secrets} == {name.replace("-worker", "-broker")}


def test_the_notifier_is_also_scaled_by_the_mails_that_are_due() -> None:
    found = triggers("postgresql")
    assert {name for name, entries in found.items() if entries} == {"notifier-worker"}
    [trigger] = found["notifier-worker"]
    described = dict(trigger["metadata"])
    assert described.pop("query") == (
        "SELECT count(*) AS due FROM mails WHERE "
        "(mails.status = 'pending' OR mails.status = 'unknown' AND mails.outgoing IS NOT NULL) "
        "AND mails.next_at <= now()"
    )
    assert described == {
        "host": "notifier-database-rw.parcourspro.svc",
        "port": "5432",
        "dbName": "notifier",
        "userName": "notifier",
        "sslmode": "require",
        "targetQueryValue": "600",
    }
    secrets = of("TriggerAuthentication")[trigger["authenticationRef"]["name"]]["spec"]["secretTargetRef"]
    assert secrets == [{"parameter": "password", "name": "notifier-database", "key": "password"}]
    [way_in] = of("NetworkPolicy")["mails-and-their-scaler"]["spec"]["ingress"]
    assert way_in["ports"] == [{"port": 5432}]
    assert way_in["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "keda"}


@pytest.mark.parametrize("name", WORKLOADS)
def test_a_pod_may_do_nothing_that_it_does_not_need(name: str) -> None:
    spec = pod(name)["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["automountServiceAccountToken"] is False
    allowed = {"add": ["NET_BIND_SERVICE"]} if name == "gateway" else {}
    assert container(name)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"], **allowed},
    }
    assert set(container(name)["resources"]["requests"]) == {"cpu", "memory"}
    assert set(container(name)["resources"]["limits"]) == {"memory"}
    assert spec["terminationGracePeriodSeconds"] == int(COMPOSE[name]["stop_grace_period"].rstrip("s"))


def test_every_network_of_the_compose_file_has_a_policy() -> None:
    policies = of("NetworkPolicy")
    assert policies["nothing-but-names"]["spec"]["podSelector"] == {}
    networks = {name: bool((entry or {}).get("internal")) for name, entry in NETWORKS.items()}
    for name in networks.keys() - {"operator"}:
        labels = {f"parcourspro.network/{name}": "member"}
        assert policies[name]["spec"]["podSelector"] == {"matchLabels": labels}
        if networks[name]:
            members = [{"podSelector": {"matchLabels": labels}}]
            assert policies[name]["spec"]["ingress"] == [{"from": members}]
            assert policies[name]["spec"]["egress"] == [{"to": members}]
