"""The compose file has no secret, publishes only the gateway, and gives no container more than it needs."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

import services
from deploy.environment import compose_files
from docs import generate
from docs.kubernetes import compose
from shared.settings import ProcessSettings, TraceSettings
from web.settings import Settings as PagesSettings

BASE = "docker-compose.yml"
DEVELOPMENT = "docker-compose.development.yml"
TEXT = compose_files()
NETWORKS: dict[str, Any] = yaml.safe_load((generate.ROOT / BASE).read_text())["networks"]
DESCRIBED = compose.read(generate.ROOT / BASE)
ADDED: dict[str, Any] = yaml.safe_load((generate.ROOT / DEVELOPMENT).read_text())
CONTAINERS = {**DESCRIBED, "mailpit": ADDED["services"]["mailpit"]}


def environment() -> dict[str, str]:
    """Every variable of every container, as it stands in the file."""
    return {
        f"{container}: {name}": str(value)
        for container, entry in DESCRIBED.items()
        for name, value in entry.get("environment", {}).items()
    }


def compose_command(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **variables}
    command = ["docker", "compose", "--env-file", "deploy/development.env", "-f", BASE, "--profile", "*", *arguments]
    return subprocess.run(command, cwd=generate.ROOT, capture_output=True, text=True, check=False, env=given)  # noqa: S603


needs_compose = pytest.mark.skipif(
    not shutil.which("docker") or compose_command("version").returncode != 0, reason="Compose is not installed"
)


@needs_compose
def test_each_of_several_gateways_has_a_port_of_a_range() -> None:
    done = compose_command("config", "--format", "json", PARCOURSPRO_PORT="8000-8001")
    assert done.returncode == 0, done.stderr
    [port] = json.loads(done.stdout)["services"]["gateway"]["ports"]
    assert (port["host_ip"], port["published"], port["target"]) == ("127.0.0.1", "8000-8001", 8000)


@needs_compose
def test_the_parts_are_joined_as_compose_joins_them() -> None:
    done = compose_command("config", "--format", "json")
    assert done.returncode == 0, done.stderr
    joined: dict[str, Any] = json.loads(done.stdout)["services"]
    assert set(joined) == set(DESCRIBED)
    for name, container in joined.items():
        described = DESCRIBED[name]
        assert set(container.get("environment") or {}) == set(described.get("environment", {}))
        assert set(container["networks"]) == set(described["networks"])
        assert container["cap_drop"] == described["cap_drop"]
        assert container.get("command") == described.get("command")
        assert len(container.get("volumes", [])) == len(described.get("volumes", []))
        built, wanted = (each.get("build", {}).get("args", {}) for each in (container, described))
        assert {name: built.get(name) for name in ("SERVICE", "FOLDER")} == {
            name: wanted.get(name) for name in ("SERVICE", "FOLDER")
        }


def test_what_is_written_by_hand_in_the_compose_file_fits_on_a_screen_and_each_service_in_a_few_lines() -> None:
    lines = (generate.ROOT / BASE).read_text().splitlines()
    assert len(lines) <= 70 + 14 * len(services.names())


def test_every_variable_of_all_processes_is_a_setting_of_one_and_no_secret() -> None:
    """What is wrongly written would be read by nobody."""
    of_all = {name for name in DESCRIBED["web"]["environment"] if not name.startswith("PARCOURSPRO_WEB_")}
    for container in DESCRIBED.values():
        if container["image"].startswith("parcourspro/"):
            assert of_all <= set(container["environment"])
    settings: list[type[ProcessSettings]] = [
        *(service.settings for service in services.definitions().values()),
        PagesSettings,
    ]
    known = {f"PARCOURSPRO_{field}".upper() for each in settings for field in each.model_fields}
    known |= {TraceSettings.variable(field) for field in TraceSettings.model_fields}
    assert of_all <= known
    assert [name for name in of_all if compose.SECRET.search(name)] == []


def test_a_trace_begins_at_the_gateway_if_there_is_a_collector() -> None:
    assert {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_SAMPLER_ARG"} <= set(DESCRIBED["gateway"]["environment"])
    described = DESCRIBED["gateway"]["command"]
    [pod] = [
        each["spec"]["template"]["spec"]["containers"][0]
        for each in yaml.safe_load_all((generate.ROOT / "deploy/kubernetes/base/gateway.yaml").read_text())
        if each["kind"] == "Deployment"
    ]
    assert pod["args"] == [part.replace("$$", "$") for part in described]
    forwarding = (generate.ROOT / "deploy/gateway/Caddyfile").read_text().split("reverse_proxy {")[:-1]
    assert [part.split()[-1] for part in forwarding] == ["{$TRACING}", "{$TRACING}"]


def test_no_secret_has_a_default() -> None:
    secrets = {
        name: value
        for name, value in environment().items()
        if name.endswith(("_PASSWORD", "_PASSPHRASE", "DATABASE_URL", "AMQP_URL")) and "SMTP" not in name
    }
    assert len(secrets) > 30
    assert [name for name, value in secrets.items() if ":?is not set}" not in value] == []
    assert "development-" not in TEXT.replace("deploy/development.env", "")


def test_there_is_no_mail_trap_unless_on_ones_own_machine() -> None:
    assert "mailpit" not in TEXT.lower()
    assert "mailpit" in ADDED["services"]


def test_nothing_is_published_on_all_addresses_unless_it_is_asked_for() -> None:
    published = {name: entry["ports"] for name, entry in DESCRIBED.items() if "ports" in entry}
    assert published == {
        "gateway": ["${PARCOURSPRO_ADDRESS:-127.0.0.1}:${PARCOURSPRO_PORT:-8000}:8000"],
        "prometheus": ["127.0.0.1:${PARCOURSPRO_PROMETHEUS_PORT:-9090}:9090"],
        "grafana": ["127.0.0.1:${PARCOURSPRO_GRAFANA_PORT:-3000}:3000"],
        "jaeger": ["127.0.0.1:${PARCOURSPRO_JAEGER_PORT:-16686}:16686"],
    }
    added = [port for entry in ADDED["services"].values() for port in entry.get("ports", [])]
    assert len(added) == 2
    assert all(port.startswith("127.0.0.1:") for port in added)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_container_is_read_only_and_gains_no_rights(container: str) -> None:
    entry = CONTAINERS[container]
    assert entry["read_only"] is True
    assert entry["cap_drop"] == ["ALL"]
    assert entry["security_opt"] == ["no-new-privileges:true"]


def test_only_servers_that_change_their_user_have_capabilities() -> None:
    added = {name: set(entry["cap_add"]) for name, entry in CONTAINERS.items() if "cap_add" in entry}
    server = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}
    assert added == {"gateway": {"NET_BIND_SERVICE"}, "postgres": server, "rabbitmq": server}
    assert {name for name, entry in CONTAINERS.items() if "user" in entry} == {"gateway", "mailpit"}
    assert "USER 10001:10001" in (generate.ROOT / "deploy/Dockerfile").read_text()


def test_only_the_gateway_the_sender_of_mails_and_the_operators_pages_are_in_a_network_with_a_way_out() -> None:
    outside = {name for name, entry in NETWORKS.items() if not (entry or {}).get("internal")}
    reached = {
        name: sorted(outside & set(entry["networks"]))
        for name, entry in DESCRIBED.items()
        if outside & set(entry["networks"])
    }
    assert reached == {
        "gateway": ["edge"],
        "notifier-worker": ["mail"],
        "prometheus": ["operator"],
        "grafana": ["operator"],
        "jaeger": ["operator"],
    }


def test_nothing_observes_unless_it_is_asked_for() -> None:
    profiles = {name: entry["profiles"] for name, entry in DESCRIBED.items() if "profiles" in entry}
    assert profiles == {"prometheus": ["observe"], "grafana": ["grafana"], "jaeger": ["traces"]}


def test_every_image_of_others_has_a_minor_version() -> None:
    images = {entry["image"] for entry in CONTAINERS.values() if not entry["image"].startswith("parcourspro/")}
    assert len(images) == 7
    assert [image for image in images if "." not in image.rpartition(":")[2]] == []


@pytest.mark.parametrize("service", services.definitions())
def test_only_its_own_processes_have_the_secrets_of_a_service(service: str) -> None:
    owner = f"PARCOURSPRO_{service.upper()}_DATABASE_OWNER_PASSWORD"
    assert {name.split(":")[0] for name, value in environment().items() if owner in value} == {
        f"{service}-migrate",
        "postgres",
    }
    role = f"PARCOURSPRO_{service.upper()}_DATABASE_PASSWORD"
    assert {name.split(":")[0] for name, value in environment().items() if role in value} == {
        *(f"{service}-{process}" for process in ("migrate", "api", "worker")),
        "postgres",
    }


def test_what_the_images_are_made_of_is_in_the_context_of_their_build() -> None:
    kept = {line[1:] for line in (generate.ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    builds = [entry["build"]["args"] for entry in DESCRIBED.values() if "build" in entry]
    folders = {str(args.get("FOLDER", f"services/{args['SERVICE']}")) for args in builds}
    assert {"web", "services/identity"} <= folders
    assert {folder.partition("/")[0] for folder in folders} | {"deploy/slim.py", "requirements", "shared"} == kept
