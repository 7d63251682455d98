"""Export a span to a collector."""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from shared import tracing
from shared.settings import TraceSettings

paths: list[str] = []


class Collector(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        paths.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


collector = HTTPServer(("127.0.0.1", 0), Collector)
Thread(target=collector.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{collector.server_port}"
os.environ |= {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "NO_PROXY": "127.0.0.1"}
with tracing.exported("identity", TraceSettings()), tracing.sending("validated"):
    pass
assert paths == ["/v1/traces"]
print("{}")  # noqa: T201 - a program
