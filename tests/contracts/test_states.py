"""Every copy that a service keeps can be rebuilt: its owner can be asked for the present state."""

from typing import Any

import pytest

import services
from docs import generate
from shared.contracts import REGISTRY
from shared.contracts.message import AggregateSnapshot
from shared.contracts.states import KINDS, carried, kind_of, owner_of
from shared.database import Database
from shared.messaging.worker import Worker

SERVICES = sorted(services.definitions())


@pytest.fixture
def worker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Worker[Any]:
    name = request.param
    monkeypatch.setenv(f"PARCOURSPRO_{name.upper()}_DATABASE_URL", generate.NOWHERE)
    return generate.wired(services.definitions()[name], Database(generate.NOWHERE, application="test"))


@pytest.mark.parametrize("worker", SERVICES, indirect=True)
def test_whoever_subscribes_to_events_with_a_state_can_rebuild_its_copies(worker: Worker[Any]) -> None:
    subscribed = {message.snapshot_class() for name in worker.queue.events if (message := REGISTRY.get(name))}
    kinds = {kind for kind in KINDS if carried(kind) in subscribed}
    assert set(worker.rebuild.kinds) == kinds


@pytest.mark.parametrize("worker", SERVICES, indirect=True)
def test_whoever_owns_a_state_answers_for_all_its_kinds(worker: Worker[Any]) -> None:
    owned = {kind for kind in KINDS if owner_of(kind) == worker.service}
    assert worker.rebuild.owned == owned


def test_the_owners_are_those_of_the_events() -> None:
    assert {kind: owner_of(kind) for kind in KINDS} == {
        "trainings": "catalogue",
        "sessions": "catalogue",
        "accounts": "identity",
        "structures": "identity",
        "attachments": "identity",
        "enrollments": "enrollment",
        "occupancy": "enrollment",
        "sheets": "enrollment",
    }


def test_a_snapshot_that_no_owner_can_be_asked_for_cannot_be_copied() -> None:
    with pytest.raises(ValueError, match="AggregateSnapshot is no kind of state"):
        kind_of(AggregateSnapshot)
