"""A RabbitMQ node of the tests' own, on free ports, in a temporary folder."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import aio_pika

import services

START_SECONDS = 90
SPARE = 4
MAKE_VHOSTS = """
    lists:foreach(fun(Name) ->
        rabbit_vhost:add(Name, <<"tests">>),
        ok = rabbit_auth_backend_internal:set_permissions(<<"guest">>, Name, <<".*">>, <<".*">>, <<".*">>, <<"tests">>)
    end, [%s]).
"""
WHAT_TO_INSTALL = (
    "The tests need RabbitMQ: set PARCOURSPRO_TEST_AMQP_URL to a broker's address, or install the package "
    "rabbitmq-server (as root on Debian or Ubuntu, `make test` does it)."
)


def free_port() -> int:
    """A port of this machine that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def forget_queues(url: str) -> None:
    """Delete the services' queues on an external broker, so that old messages do not reach the next test."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for service in (*services.definitions(), "test"):
            for suffix in ("", ".commands"):
                await channel.queue_delete(service + suffix)


class Broker:
    """One RabbitMQ node that the tests may stop and start again."""

    def __init__(self, cluster: "Broker | None" = None) -> None:
        """Start nothing yet. `cluster` is a running node whose cluster this one can join."""
        self.host = "127.0.0.1"
        self._spare: list[str] = []
        # the nodes of a cluster have the Erlang cookie in this folder in common
        self.folder: Path = cluster.folder if cluster else Path(tempfile.mkdtemp(prefix="rabbit"))
        self.port = free_port()
        self._as_user = ["runuser", "-u", "rabbitmq", "--"] if os.geteuid() == 0 else []
        self._environment: dict[str, str] = {
            "PATH": "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/sbin:/usr/local/bin:/usr/bin:/bin:"
            + os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "ERL_EPMD_PORT": cluster._environment["ERL_EPMD_PORT"] if cluster else str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
        }
        self._node: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """The name of the Erlang node."""
        return f"test{self.port}@localhost"

    def is_installed(self) -> bool:
        """Whether rabbitmq-server is installed on this machine."""
        return any(Path(folder, "rabbitmq-server").exists() for folder in self._environment["PATH"].split(":"))

    def start(self) -> None:
        """Start the node and wait until it accepts connections."""
        if not self.is_installed():
            raise RuntimeError(WHAT_TO_INSTALL)
        if self._as_user:
            shutil.chown(self.folder, "rabbitmq")
        self._node = subprocess.Popen(  # noqa: S603 - our own command
            [*self._as_user, "rabbitmq-server"],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait()

    @property
    def pid(self) -> int:
        """The process that leads the group of the node's processes."""
        assert self._node is not None, "it was not started"
        return self._node.pid

    def wait(self) -> None:
        """Wait until the node accepts connections."""
        deadline = time.monotonic() + START_SECONDS
        while self.control("await_startup", check=False) != 0:
            if time.monotonic() > deadline:
                text = f"RabbitMQ did not start; its log is in {self.folder}"
                raise RuntimeError(text)
            time.sleep(0.2)

    def control(self, *arguments: str, check: bool = True) -> int:
        """Run rabbitmqctl on the node."""
        code, output = self.execute("rabbitmqctl", "-q", *arguments)
        if check and code:
            raise RuntimeError(output)
        return code

    def execute(self, *command: str) -> tuple[int, str]:
        """Run a command where the node runs, as its user; return the exit code and the output."""
        done = subprocess.run(  # noqa: S603
            [*self._as_user, *command], env=self._environment, check=False, capture_output=True, timeout=60
        )
        return done.returncode, (done.stderr + done.stdout).decode()

    def vhost(self) -> str:
        """Return the URL of a new virtual host. Several are created at once, because rabbitmqctl is slow to start."""
        if not self._spare:
            self._spare = [f"test-{uuid4().hex[:12]}" for _ in range(SPARE)]
            names = ", ".join(f'<<"{name}">>' for name in self._spare)
            self.control("eval", MAKE_VHOSTS % names)
        return f"amqp://guest:guest@{self.host}:{self.port}/{quote(self._spare.pop())}"

    def outage(self) -> None:
        """Stop the broker inside the node: all connections break and new ones are refused."""
        self.control("stop_app")

    def back(self) -> None:
        """Start the broker again after `outage`."""
        self.control("start_app")

    def join(self, other: "Broker") -> None:
        """Become a node of the other one's cluster."""
        self.outage()
        self.control("join_cluster", other.name)
        self.back()

    def kill(self) -> None:
        """End the node with SIGKILL. `start` starts it again, with what it had stored."""
        os.killpg(self.pid, signal.SIGKILL)
        assert self._node is not None, "it was not started"
        self._node.wait()

    def cut_connections(self) -> None:
        """Close every connection from the broker's side."""
        self.control("close_all_connections", "--global", "a drill")

    def stop(self) -> None:
        """Stop the node and delete its folder."""
        self.control("stop", check=False)
        if self._node is not None:
            try:
                self._node.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self._node.pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
