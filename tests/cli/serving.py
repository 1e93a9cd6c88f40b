"""A real HTTP server on loopback for commands that run without an event loop of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Quiet(BaseHTTPRequestHandler):
    """Answers by text, and logs nothing."""

    def do_GET(self) -> None:
        """Answer as the site does."""
        self.respond()

    def respond(self) -> None:
        """Answer by path; a site says how."""
        raise NotImplementedError

    def answer(self, status: int, kind: str, text: str, **headers: str) -> None:
        """Send a whole answer."""
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def served(site: type[Quiet]) -> Iterator[str]:
    """Serve a site for a while; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), site)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
