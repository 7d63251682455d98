"""Every object fits the published schemas, and the overlay is built with its images, settings and names."""

import shutil
from pathlib import Path

import kubernetes_validate
import pytest
import yaml  # type: ignore[import-untyped]  # it has no types

from tests.unit.deploy.objects import FILES, FOLDER, SERVICES, built, needs_kubectl, of, validate

OVERLAY = FOLDER / "overlays/production"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_object_fits_the_schema_of_its_kind(path: Path) -> None:
    for each in yaml.safe_load_all(path.read_text()):
        validate(each)


def test_a_word_that_kubernetes_does_not_know_is_found() -> None:
    wrong = {**of("Service")["web"], "spec": {"port": 8000}}
    with pytest.raises(kubernetes_validate.ValidationError):
        validate(wrong)


@needs_kubectl
def test_the_overlay_is_built_with_its_images_and_settings() -> None:
    objects = built(OVERLAY)
    assert {each["metadata"].get("namespace", "-") for each in objects if each["kind"] != "Namespace"} == {
        "parcourspro"
    }
    for each in objects:
        validate(each)
    images = {
        one["image"] for each in objects if each["kind"] in {"Deployment", "Job"}
        for one in each["spec"]["template"]["spec"]["containers"]
    }  # fmt: skip
    ours = {f"registry.example/parcourspro/{name}:0.1.0" for name in (*SERVICES, "web")}
    assert images == ours | {"caddy:2.11"}


def mounted(folder: Path) -> dict[str, str]:
    """The ConfigMaps whose files a workload mounts, by workload; each of them is built too."""
    objects = built(folder)
    templates = {
        each["metadata"]["name"]: each["spec"]["override"]["statefulSet"]["spec"]["template"]
        if each["kind"] == "RabbitmqCluster"
        else each["spec"]["template"]
        for each in objects
        if each["kind"] in {"RabbitmqCluster", "Deployment"}
    }
    found = {
        name: volume["configMap"]["name"]
        for name, template in templates.items()
        for volume in template["spec"]["volumes"]
        if "configMap" in volume
    }
    assert set(found.values()) <= {each["metadata"]["name"] for each in objects if each["kind"] == "ConfigMap"}
    return found


@needs_kubectl
@pytest.mark.parametrize(
    ("workload", "file"),
    [("gateway", "gateway/Caddyfile"), ("rabbitmq", "rabbitmq/definitions.json"), ("rabbitmq", "rabbitmq/start.sh")],
)
def test_a_changed_file_gives_the_workload_that_reads_it_another_pod_and_no_other(
    workload: str, file: str, tmp_path: Path
) -> None:
    for part in ("kubernetes", "gateway", "rabbitmq"):
        shutil.copytree(FOLDER.parent / part, tmp_path / part)
    overlay = tmp_path / "kubernetes/overlays/production"
    before = mounted(overlay)
    changed = tmp_path / file
    changed.write_text(changed.read_text() + "\n")
    after = mounted(overlay)
    assert {name for name in before if before[name] != after[name]} == {workload}
