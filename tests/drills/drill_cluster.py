"""Three nodes of RabbitMQ as one cluster; the node with the leader of the queue is killed again and again."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest

from shared.messaging.rabbitmq import RabbitTransport
from tests.conftest import MakeDatabase
from tests.integration.messaging.two_services import TwoServices, occupancy, two_services
from tests.support.broker import Broker
from tests.support.eventually import eventually

QUEUE = "notifier"
LEADER = """
    [io:format("~s", [proplists:get_value(leader, Queue)])
        || Queue <- rabbit_amqqueue:info_all(<<"{vhost}">>, [name, leader]),
        element(4, proplists:get_value(name, Queue)) =:= <<"{queue}">>].
"""
AGGREGATES = 5
KILLS = 4


class Cluster:
    """Three nodes."""

    def __init__(self, nodes: list[Broker]) -> None:
        self.nodes = nodes
        self._url = nodes[0].vhost()
        self._vhost = urlsplit(self._url).path[1:]

    @property
    def urls(self) -> str:
        """The addresses of all nodes, separated by commas."""
        first = self.nodes[0]
        return ",".join(self._url.replace(f":{first.port}/", f":{node.port}/") for node in self.nodes)

    def leader(self) -> Broker:
        """The node with the leader of the subscriber's queue, as the first node knows it."""
        question = LEADER.format(vhost=self._vhost, queue=QUEUE)
        name = self.nodes[0].execute("rabbitmqctl", "-q", "eval", question)[1]
        [node] = [node for node in self.nodes if node.name in name]
        return node


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    first = Broker()
    if not first.is_installed():
        pytest.skip("a cluster needs the package rabbitmq-server")
    nodes = [first]
    try:
        first.start()
        for _ in range(2):
            nodes.append(node := Broker(first))
            node.start()
            node.join(first)
        yield Cluster(nodes)
    finally:
        for node in reversed(nodes):
            node.stop()


@pytest.fixture
async def services(make_database: MakeDatabase, cluster: Cluster) -> AsyncIterator[TwoServices]:
    publisher, subscriber = await make_database("mechanisms"), await make_database("mechanisms")
    async with two_services(publisher, subscriber, RabbitTransport(cluster.urls, service="test")) as given:
        yield given


class Writer:
    """Emits the next version of each aggregate, ten times a second."""

    def __init__(self, services: TwoServices) -> None:
        self._services = services
        self.sessions = [uuid4() for _ in range(AGGREGATES)]
        self.version = 0
        self.is_stopped = False

    async def write(self) -> None:
        while not self.is_stopped:
            self.version += 1
            await self._services.emit(*(occupancy(session, self.version) for session in self.sessions))
            await asyncio.sleep(0.1)


async def _newest(services: TwoServices) -> int:
    return int((await services.rows("SELECT coalesce(max(version), 0) FROM effects"))[0][0])


async def _effects(services: TwoServices) -> dict[UUID, list[int]]:
    versions = defaultdict(list)
    for row in await services.rows("SELECT event, version FROM effects ORDER BY at"):
        versions[row.event].append(row.version)
    return versions


async def _all_handled(services: TwoServices, versions: int) -> bool:
    return (
        await services.count("effects") == AGGREGATES * versions
        and await services.count("outbox", services.publisher) == 0
    )


async def test_the_leader_is_killed(services: TwoServices, cluster: Cluster) -> None:
    workers = [services.start(services.subscribing_worker()), services.start(services.publishing_worker())]
    writer = Writer(services)
    writing = asyncio.create_task(writer.write())
    await eventually(lambda: _newest(services), within=30)
    for kill in range(KILLS):
        leader = await asyncio.to_thread(cluster.leader)
        await asyncio.to_thread(leader.kill)
        killed, emitted = time.monotonic(), writer.version

        async def is_back(emitted: int = emitted) -> bool:
            return await _newest(services) > emitted

        await eventually(is_back, within=60)
        print(f"\nkill {kill + 1}, {leader.name}: handled again after {time.monotonic() - killed:.1f} s")  # noqa: T201
        await asyncio.to_thread(leader.start)
        await asyncio.sleep(2)
    writer.is_stopped = True
    await writing
    versions = writer.version
    await eventually(lambda: _all_handled(services, versions), within=60)
    assert await _effects(services) == {session: list(range(1, versions + 1)) for session in writer.sessions}
    assert not any(worker.done() for worker in workers)
    assert await services.count("undelivered") == 0
