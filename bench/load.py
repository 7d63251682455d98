"""The HTTP client of the measurements: a separate process with a fixed number of keep-alive connections.

Reads a plan (JSON) from standard input and writes the results (JSON) to standard output.
"""

import asyncio
import json
import sys
import time
from collections import deque
from dataclasses import asdict, dataclass, field

import uvloop


@dataclass(frozen=True, slots=True)
class Call:
    """One call: path, headers with the identity of the caller, and the body (JSON) if there is one."""

    path: str
    headers: dict[str, str]
    body: str = ""
    method: str = "POST"

    def wire(self, host: str) -> bytes:
        """The bytes of the HTTP request."""
        body = self.body.encode()
        headers = {"Host": host, "Content-Type": "application/json", "Content-Length": str(len(body)), **self.headers}
        lines = [
            f"{self.method} {self.path} HTTP/1.1",
            *(f"{name}: {value}" for name, value in headers.items()),
            "",
            "",
        ]
        return "\r\n".join(lines).encode() + body


@dataclass
class Plan:
    """The calls in order. `every`: seconds from the start of one to the start of the next, 0: as fast as possible."""

    port: int
    calls: list[Call]
    concurrency: int = 24
    every: float = 0.0


@dataclass
class Result:
    """The duration of all calls, the number of answers by status, and each answer's time (epoch seconds) and body."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    answers: list[tuple[float, str]] = field(default_factory=list)


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call: Call, host: str
) -> tuple[int, bytes]:
    """Make a call on an open connection; return the status and the body of the answer."""
    writer.write(call.wire(host))
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    _, _, length = head.partition("content-length:")
    return int(head.split(" ", 2)[1]), await reader.readexactly(int(length.split("\r\n", 1)[0] or 0))


class Client:
    """Makes the calls of a plan."""

    def __init__(self, plan: Plan) -> None:
        """Connect in `play`, not here."""
        self._plan = plan
        self._waiting = deque(enumerate(plan.calls))
        self._begun = 0.0
        self.result = Result()

    async def play(self) -> Result:
        """Open the connections, then make the calls."""
        streams = [await asyncio.open_connection("127.0.0.1", self._plan.port) for _ in range(self._plan.concurrency)]
        self._begun = time.monotonic()
        await asyncio.gather(*(self._calls(reader, writer) for reader, writer in streams))
        self.result.seconds = time.monotonic() - self._begun
        for _, writer in streams:
            writer.close()
        return self.result

    async def _calls(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while self._waiting:
            place, call = self._waiting.popleft()
            if self._plan.every:
                await asyncio.sleep(max(0.0, self._begun + place * self._plan.every - time.monotonic()))
            status, body = await exchange(reader, writer, call, f"127.0.0.1:{self._plan.port}")
            self.result.statuses[status] = self.result.statuses.get(status, 0) + 1
            if self._plan.every:
                self.result.answers.append((time.time(), body.decode()))


def main() -> None:
    """Read a plan, make its calls, write the result."""
    document = json.load(sys.stdin)
    plan = Plan(**{**document, "calls": [Call(**call) for call in document["calls"]]})
    json.dump(asdict(uvloop.run(Client(plan).play())), sys.stdout)


async def play(plan: Plan) -> Result:
    """Make the calls of a plan in a separate process; every answer must be a success."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate(json.dumps(asdict(plan)).encode())
    if process.returncode:
        raise RuntimeError("the client failed: its error is in the output above")
    document = json.loads(written)
    statuses = {int(status): count for status, count in document["statuses"].items()}
    result = Result(document["seconds"], statuses, document["answers"])
    if any(status >= 300 for status in result.statuses):  # noqa: PLR2004 - the classes of HTTP
        text = f"not every call succeeded: {result.statuses}"
        raise RuntimeError(text)
    return result


if __name__ == "__main__":
    main()
