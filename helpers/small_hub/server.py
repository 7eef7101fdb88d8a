"""A small Hub behind HTTP on the loopback."""

import logging
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from helpers.small_hub.request import Answer, Place, Request, to_json
from helpers.small_hub.routes import answer
from helpers.small_hub.store import Refusal, Store

BLOCK = 2**18  # bytes


@dataclass(frozen=True)
class Token:
    """Whose a token is, and whether it may `write` or only `read`."""

    user: str
    role: str = "write"


class Cut(Exception):
    """Raised by a hook: hang up once so many bytes of the body of the request, or of the answer, have passed."""

    def __init__(self, *, request: int | None = None, answer: int | None = None) -> None:
        """Note where to cut; a cut of the request comes before anything is answered."""
        super().__init__("cut")
        self.request, self.answer = request, answer


Hook = Callable[[Request], None]


class SmallHub:
    """A Hub for one person or one test: what it keeps is in `folder`, and it can be started again on the same folder.

    `tokens` says who has an account; the repositories of the hub folder `published` can be read by all. `hook`, when it
    is set, sees each request before it is answered and may wait, raise `Refusal` or raise `Cut`.
    """

    def __init__(
        self, folder: Path, tokens: dict[str, Token], published: Path | None = None, hook: Hook | None = None
    ) -> None:
        """Choose a free port and read the folders."""
        self.tokens, self.hook = tokens, hook
        self.store = Store(folder)
        if published:
            self.store.publish(published)
        self._server = _Server(self)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.place = Place(self.store, self.address, secrets.token_bytes())

    def start(self) -> Self:
        """Answer from now on, in threads of this process."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Hang up on everyone."""
        self._server.shutdown()
        self._server.server_close()
        for connection in list(self._server.connections):
            _hang_up(connection)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        """Stop."""
        self.stop()


class _Server(ThreadingHTTPServer):
    """Listens on a free port of the loopback and remembers its connections."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, small_hub: SmallHub) -> None:
        """Listen, without answering yet."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.small_hub = small_hub
        self.connections: set[socket.socket] = set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no error."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and writes their answers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the clients would wait for the second packet of each answer
    wbufsize = BLOCK
    server: _Server

    def setup(self) -> None:
        """Remember the connection, to hang up when the Hub stops."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        self.server.connections.discard(self.connection)
        super().finish()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a lesson's output is for the lesson."""

    def _answer(self) -> None:
        """Answer one request, unless the hook cuts it."""
        cut = Cut()
        self._unread = self._body(cut)
        try:
            request = self._request()
            if self.server.small_hub.hook:
                try:
                    self.server.small_hub.hook(request)
                except Cut as asked:
                    cut.request, cut.answer = asked.request, asked.answer
            reply = answer(self.server.small_hub.place, request)
        except Refusal as refusal:
            reply = _refused(refusal)
        except (Cut, ConnectionError):
            return self._leave()
        except Exception:
            logging.getLogger(__name__).exception("%s %s", self.command, self.path)
            reply = to_json({"error": "The small Hub failed"}, 500)
        try:
            for _ in self._unread:
                continue
            self._send(reply, cut.answer)
        except (Cut, ConnectionError):
            self._leave()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer

    def _request(self) -> Request:
        """The request, with who asks; Refusal for a token that nobody has."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        known = self.server.small_hub.tokens.get(token)
        if token and known is None:
            raise Refusal(401, "Invalid credentials in Authorization header")
        address = urlsplit(self.path)
        user, role = (known.user, known.role) if known else (None, "read")
        return Request(self.command, address.path, parse_qs(address.query), headers, user, role, self._unread)

    def _body(self, cut: Cut) -> Iterator[bytes]:
        """The body in blocks; Cut once as many bytes as wanted are read, ConnectionError if the client stops early."""
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        done = 0
        for size in self._chunks() if chunked else [int(self.headers.get("Content-Length") or 0)]:
            while size > 0:
                if cut.request is not None and done >= cut.request:
                    raise cut
                block = self.rfile.read(min(BLOCK, size, *([] if cut.request is None else [cut.request - done])))
                if not block:
                    raise ConnectionError("the client has gone")
                done, size = done + len(block), size - len(block)
                yield block
        if cut.request is not None:
            raise cut

    def _chunks(self) -> Iterator[int]:
        """Sizes of the chunks of a body whose whole size was not announced."""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield size
            self.rfile.readline()
        self.rfile.readline()

    def _send(self, reply: Answer, most: int | None) -> None:
        """Write an answer, of whose body at most some bytes pass."""
        size = len(reply.body) if isinstance(reply.body, bytes) else reply.length
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(size)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._write(reply, size if most is None else min(most, size))
        self.wfile.flush()
        if most is not None:
            raise Cut(answer=most)

    def _write(self, reply: Answer, size: int) -> None:
        """The first bytes of the body."""
        if isinstance(reply.body, bytes):
            self.wfile.write(reply.body[:size])
            return
        with Path(reply.body).open("rb") as file:
            file.seek(reply.start)
            while size > 0 and (block := file.read(min(BLOCK, size))):
                self.wfile.write(block)
                size -= len(block)

    def _leave(self) -> None:
        """Hang up."""
        self.close_connection = True
        _hang_up(self.connection)


def _hang_up(connection: socket.socket) -> None:
    """Close a connection, if it is not closed yet."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        connection.close()


def _refused(refusal: Refusal) -> Answer:
    """A refusal as the Hub writes it."""
    reply = to_json({"error": refusal.message}, refusal.status)
    message = refusal.message.encode("ascii", "replace").decode().replace("\n", " ")
    reply.headers |= refusal.headers | {"X-Error-Message": message}
    reply.headers |= {"X-Error-Code": refusal.code} if refusal.code else {}
    return reply
