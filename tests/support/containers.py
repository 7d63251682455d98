"""PostgreSQL and RabbitMQ in containers, if a Docker engine answers and has, or can pull, their images."""

import os
import time
from collections.abc import Callable

import docker
from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from tests.support.broker import Broker

POSTGRES, RABBITMQ = "postgres:18", "rabbitmq:4-management"
START_SECONDS = 90


class Containers:
    """The images that the engine can run. PARCOURSPRO_TEST_CONTAINERS=0: none, as if there were no engine."""

    def __init__(self, report: Callable[[str], None]) -> None:
        """`report` prints one line with the reason if an engine answers but is not used."""
        self._report = report
        self._images: dict[str, bool] = {}
        self._engine: docker.DockerClient | None = None
        if os.environ.get("PARCOURSPRO_TEST_CONTAINERS") == "0":
            return
        try:
            self._engine = docker.from_env()
            self._engine.ping()
        except DockerException:
            self._engine = None

    def have(self, image: str) -> bool:
        """Whether there is an engine, with this image."""
        if self._engine is None:
            return False
        if image not in self._images:
            self._images[image] = self._get(self._engine, image)
            if self._images[image]:
                testcontainers_config.ryuk_disabled = not self._reaper()
        return self._images[image]

    def _get(self, engine: docker.DockerClient, image: str) -> bool:
        try:
            engine.images.get(image)
        except ImageNotFound:
            try:
                engine.images.pull(image)
            except DockerException as error:
                self._report(f"Docker answers but cannot get {image}, so it is not used: {error}")
                return False
        return True

    def _reaper(self) -> bool:
        """Whether testcontainers can use its image that removes the containers of a killed run."""
        image = testcontainers_config.ryuk_image
        if image not in self._images and self._engine is not None:
            self._images[image] = self._get(self._engine, image)
        return self._images.get(image, False)


class PostgresContainer:
    """A PostgreSQL server without fsync, because test data need not survive a crash."""

    def __enter__(self) -> str:
        """Start it and return the superuser's URL."""
        self._container = DockerContainer(POSTGRES, command="postgres -c fsync=off -c max_connections=300")
        self._container.with_env("POSTGRES_PASSWORD", "test").with_exposed_ports(5432).start()
        # the temporary server of the set-up does not listen on TCP, so this waits for the final one
        _await(lambda: self._container.exec(["pg_isready", "-h", "127.0.0.1"]).exit_code == 0, POSTGRES)
        host, port = self._container.get_container_host_ip(), self._container.get_exposed_port(5432)
        return f"postgresql+asyncpg://postgres:test@{host}:{port}/postgres"

    def __exit__(self, *_: object) -> None:
        """Remove the container."""
        self._container.stop()


class ContainerBroker(Broker):
    """A RabbitMQ node in a container; rabbitmqctl runs inside the container."""

    def start(self) -> None:
        """Start the container and wait until the node accepts connections."""
        self._container = DockerContainer(RABBITMQ).with_exposed_ports(5672).start()
        self.host, self.port = self._container.get_container_host_ip(), int(self._container.get_exposed_port(5672))
        _await(lambda: self.control("await_startup", check=False) == 0, RABBITMQ)

    def execute(self, *command: str) -> tuple[int, str]:
        """Run a command in the container."""
        done = self._container.get_wrapped_container().exec_run(
            list(command), user="rabbitmq", environment={"HOME": "/var/lib/rabbitmq"}
        )
        return int(done.exit_code or 0), bytes(done.output).decode()

    def stop(self) -> None:
        """Remove the container."""
        self._container.stop()


def _await(check: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not check():
        if time.monotonic() > deadline:
            text = f"{what} did not start within {START_SECONDS} s"
            raise RuntimeError(text)
        time.sleep(0.3)
