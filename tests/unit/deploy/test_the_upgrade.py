"""The commands of docs/upgrading.md give each container the files of the new release.

Compose replaces a container if its image or its settings changed, and not if only the content of a mounted file did.
"""

from docs import generate
from docs.kubernetes import compose
from tests.compose.side_by_side import documented

DESCRIBED = compose.read(generate.ROOT / "docker-compose.yml")
READ_ONCE = {"postgres"}
"""It reads its file when its volume is created, and restarts for nothing."""


def with_files(*, observing: bool) -> set[str]:
    """The containers with files or folders of the repository."""
    return {
        name
        for name, container in DESCRIBED.items()
        if ("profiles" in container) is observing
        and any(volume.startswith(".") for volume in container.get("volumes", []))
    }


def recreated(command: list[str]) -> set[str]:
    return {word for word in command if word in DESCRIBED} if "--force-recreate" in command else set()


def test_every_container_with_a_file_of_the_repository_is_recreated_before_the_others_are_started() -> None:
    first, *others, last = documented()
    assert recreated(first) == with_files(observing=False) - READ_ONCE == {"rabbitmq", "gateway"}
    assert {"--no-deps", "-d"} <= set(first), "the old processes work on meanwhile"
    assert last == ["up", "-d"]
    assert set().union(*(recreated(command) for command in others)) == set()


def test_prometheus_and_grafana_get_new_files_too() -> None:
    [command] = documented(observing=True)
    assert recreated(command) == with_files(observing=True) == {"prometheus", "grafana"}
    assert {profile for name in recreated(command) for profile in DESCRIBED[name]["profiles"]} <= set(command)
