"""A server in this process, for tests of HTTP clients: routes, scripts and faults, and the requests that came."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from . import _native
from .answers import Answerable, answer_of, folder_of_caller, returned, script_in
from .arguments import whole
from .fuzzed import Fuzzed
from .request import Request
from .route import Answerer, Handler, Route, RouteUrl, answerer_of, quoted

if TYPE_CHECKING:
    import ssl

F = TypeVar("F", bound=Handler)

#: Statuses with which a folder answers requests for what it has not.
_WITHOUT_FILE = (404, 405)

#: The status of a request that is not admitted.
_MALFORMED = 400

#: Unmatched requests, and characters of a line, that a message shows. What is recorded has all of them.
_SHOWN, _LONGEST_LINE = 20, 1_000


class Origin:
    """A scheme, a host and a port of a server, and the routes that clients reach there.

    Routes answer on all ports of their server.
    """

    def __init__(self, native: _native.MockServer, url: str, numbers: Iterator[int]) -> None:
        self._native = native
        self._numbers = numbers
        #: The URL of the origin, without a slash at its end.
        self.url = url

    @property
    def host(self) -> str:
        """The host of the URL, an IPv6 address without brackets."""
        return self.url.partition("://")[2].rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port."""
        return int(self.url.rpartition(":")[2])

    def url_for(self, path: str) -> str:
        """The URL of a path, or of a path and query."""
        return "%s/%s" % (self.url, quoted(path.lstrip("/")))

    def on(self, method: str, path: str, *answerers: Answerer) -> Route:
        """Answers requests for a path. `{name}` in it matches a part of a segment, `*` anything.

        Several answers are given in turn; the last one is repeated. A function is called with the request, and returns
        the answer. `method` may be "*".
        """
        if not answerers:
            raise TypeError("expected at least one answer for %s %s, found none" % (method, path))
        if not path.startswith(("/", "http://", "https://")) and path != "*":
            path = "/" + path
        first, *others = answerers
        native = self._native.route(method, path, answerer_of(first))
        return Route(native, self.url, method, path).then(*others)

    def any(self, path: str, *answerers: Answerer) -> Route:
        """`on` for every method."""
        return self.on("*", path, *answerers)

    def get(self, path: str, *answerers: Answerer) -> Route:
        """`on` for GET and HEAD."""
        return self.on("GET", path, *answerers)

    def post(self, path: str, *answerers: Answerer) -> Route:
        """`on` for POST."""
        return self.on("POST", path, *answerers)

    def put(self, path: str, *answerers: Answerer) -> Route:
        """`on` for PUT."""
        return self.on("PUT", path, *answerers)

    def patch(self, path: str, *answerers: Answerer) -> Route:
        """`on` for PATCH."""
        return self.on("PATCH", path, *answerers)

    def delete(self, path: str, *answerers: Answerer) -> Route:
        """`on` for DELETE."""
        return self.on("DELETE", path, *answerers)

    def handler(self, path: str, *, method: str = "*") -> Callable[[F], F]:
        """Makes the decorated function answer requests for a path."""

        def add(function: F) -> F:
            self.on(method, path, function)
            return function

        return add

    def answers(self, *answerers: Answerer, path: str | None = None, method: str = "*") -> RouteUrl:
        """Answers in turn, whatever the connection; the last answer is repeated. Returns the URL, with a path of its
        own unless one is given, and with the route as its attribute `route`."""
        return RouteUrl(self.on(method, path or "/%d" % next(self._numbers), *answerers))

    def script(self, *steps: str, path: str | None = None, method: str = "*") -> RouteUrl:
        """Plays the steps of a wire script. Files that it names are in the folder of the caller. Returns the URL, as
        `answers` does."""
        return self.answers(script_in(folder_of_caller(), steps), path=path, method=method)

    def fuzz(self, seeds: Iterable[int | str]) -> Iterator[Fuzzed]:
        """The fuzzed responses of these seeds, each with its URL."""
        for seed in seeds:
            fuzzed = _native.Fuzzed(str(seed))
            yield Fuzzed(seed, self.answers(fuzzed.answer), fuzzed)


class Server(Origin):
    """A running server on a free port. `with` stops it at the end of the block, and verifies what was expected.

    `folder` has files and scripts that answer requests which no route takes; scripts import from it. With `https`, it
    listens on another port with a certificate of its own as well. Servers have threads of their own: programs with an event loop, and other
    servers, are not blocked by them.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, *, host: str = "127.0.0.1", port: int = 0,
                 https: bool = False, transcripts: bool = False) -> None:
        if folder is not None:
            folder = os.path.abspath(folder)
            if not os.path.isdir(folder):
                raise NotADirectoryError("expected a folder to serve, found none: %s" % folder)
        native = _native.MockServer(
            Request, returned, host=host, port=port, folder=folder, https=https, transcripts=transcripts)
        super().__init__(native, native.url, itertools.count(1))
        self._folder = folder
        if folder is not None:
            # Where scripts import from, after all other folders.
            sys.path.append(folder)
        self._stopped = threading.Event()
        self._ssl_context: ssl.SSLContext | None = None
        self._ca_file: str | None = None
        self._without_file: Callable[[], object] | None = None

    def stop(self, grace: float = 0.0) -> None:
        """Stops listening, lets exchanges finish for `grace` seconds, and cuts the connections that remain. What was
        recorded stays."""
        self._native.stop(grace)
        if not self._stopped.is_set() and self._folder in sys.path:
            # The last one.
            del sys.path[-1 - sys.path[::-1].index(self._folder)]
        self._stopped.set()
        if self._without_file is not None:
            self._without_file()

    @property
    def is_stopped(self) -> bool:
        """Whether it has been stopped."""
        return self._stopped.is_set()

    def wait(self) -> None:
        """Waits until another thread calls `stop`, or for Ctrl-C."""
        self._stopped.wait()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 traceback: TracebackType | None) -> None:
        self.stop()
        if kind is None:
            self.verify()

    # What it answers.

    def enqueue(self, *answers: Answerable) -> None:
        """Answers the next requests, whatever they ask for, before any route."""
        for one in answers:
            self._native.enqueue(answer_of(one))

    def enqueue_connection(self, *steps: str) -> None:
        """Plays steps on the next connection, before anything is read from it."""
        self._native.enqueue_connection(script_in(folder_of_caller(), steps))

    def delay(self, seconds: float) -> None:
        """Waits before the first byte of every response."""
        self._native.delay(seconds)

    def bytes_per_second(self, count: int | None) -> None:
        """Sends so many bytes per second of every response; at least 1."""
        self._native.bytes_per_second(None if count is None else whole(count, "the bytes per second"))

    def reset_after(self, count: int | None) -> None:
        """Resets the connection after so many bytes of every response, its head included."""
        self._native.reset_after(None if count is None else whole(count, "the bytes"))

    def refuse_connections(self, refuse: bool = True) -> None:
        """Refuses new connections, as if there were no server, until this is called with False."""
        self._native.refuse_connections(refuse)

    def idle_limit(self, seconds: float | None) -> None:
        """Closes connections that have waited so long for a request."""
        self._native.idle_limit(seconds)

    def requests_per_connection(self, count: int | None) -> None:
        """Closes connections after so many requests."""
        self._native.requests_per_connection(None if count is None else whole(count, "the number of requests"))

    def set_event(self, event: str) -> None:
        """Sets an event, which wire scripts wait for."""
        self._native.set_event(event)

    def clear_event(self, event: str) -> None:
        """Clears an event."""
        self._native.clear_event(event)

    def wait_for_event(self, event: str, within: float = 5.0) -> bool:
        """Waits for an event that a wire script or a handler sets; False if it does not happen in time."""
        return self._native.wait_event(event, within)

    # HTTPS.

    @property
    def https(self) -> Origin:
        """The same server over HTTPS."""
        url = self._native.secure_url
        if url is None:
            raise RuntimeError("expected a server with HTTPS: make it with https=True")
        return Origin(self._native, url, self._numbers)

    @property
    def ca_certificate(self) -> str:
        """The certificate that clients must trust, as PEM."""
        root = self._native.root
        if root is None:
            raise RuntimeError("expected a server with HTTPS: make it with https=True")
        return root

    @property
    def ca_file(self) -> str:
        """The same as a file, which is removed when the server stops."""
        if self._ca_file is None:
            import tempfile

            with tempfile.NamedTemporaryFile("w", suffix=".pem", prefix="wireserve-", delete=False) as file:
                file.write(self.ca_certificate)
            self._ca_file = file.name
            self._without_file = weakref.finalize(self, _remove, file.name, os.getpid())
        return self._ca_file

    @property
    def ssl_context(self) -> ssl.SSLContext:
        """A context for clients that trusts this server's certificate, and no other."""
        if self._ssl_context is None:
            import ssl

            self._ssl_context = ssl.create_default_context(cadata=self.ca_certificate)
        return self._ssl_context

    # What came.

    @property
    def requests(self) -> list[Request]:
        """All requests in the order of their arrival. A client that has its response finds its request here."""
        return [Request(native) for native in self._native.requests()]

    @property
    def dropped_requests(self) -> int:
        """Requests that are not among `requests`, because more came than are kept: 10,000, and 64 MiB."""
        return self._native.dropped_requests

    @property
    def unmatched(self) -> list[Request]:
        """The requests that no route, no queued answer and no file took."""
        unmatched = [request for request in self.requests if not request.is_matched]
        if self._folder is not None:
            unmatched = [request for request in unmatched if request.status in _WITHOUT_FILE]
        return unmatched

    def take_request(self, within: float = 5.0) -> Request:
        """The next request that was not taken before. Waits until it and its body have arrived.

        Raises TimeoutError if none comes in time, and at once if the server is stopped. In a coroutine:
        `await asyncio.to_thread(server.take_request)`.
        """
        return Request(self._native.take_request(0.0 if self.is_stopped else within))

    @property
    def connections(self) -> int:
        """The number of open connections."""
        return self._native.connections

    @property
    def transcripts(self) -> list[str]:
        """What went over the latest connections, byte for byte, with times. Only with `transcripts=True`."""
        return self._native.transcripts()

    @property
    def errors(self) -> list[BaseException]:
        """The exceptions of functions that answered requests, which got 500 instead."""
        return self._native.raised()

    def verify(self, *, unmatched: bool = False) -> None:
        """Raises an AssertionError if a function has raised an exception, or a route has not taken as many requests as
        were expected; and on request if there are unmatched requests."""
        text = self.verdict(unmatched=unmatched)
        if text is not None:
            errors = self.errors
            raise AssertionError(text) from (errors[0] if errors else None)

    def verdict(self, *, expected: bool = True, unmatched: bool = False) -> str | None:
        """What `verify` would report, with or without what was expected; None for nothing."""
        failed, unmet = self._native.findings()
        texts = [*failed, *([unmet] if unmet and expected else [])]
        missed = self.unmatched if unmatched else []
        if missed:
            # What makes a request miss its route can leave an expectation unmet as well.
            texts = [*failed, *([unmet] if unmet else []), self._listed(missed)]
        return "\n".join(texts) if texts else None

    def _listed(self, requests: list[Request]) -> str:
        lines = ["%d unmatched %s:" % (len(requests), "request" if len(requests) == 1 else "requests")]
        if len(requests) > _SHOWN:
            lines.append("  (the first %d are not shown)" % (len(requests) - _SHOWN))
        for request in requests[-_SHOWN:]:
            lines.append("  %s %s on connection %d:" % (request.method, _shortened(request.target), request.connection))
            lines.extend("    " + line for line in self._reasons(request))
            lines.extend("    " + _shortened(line) for line in request.quoted().splitlines())
        return "\n".join(lines)

    def _reasons(self, request: Request) -> list[str]:
        """Why nothing took a request."""
        if request.status == _MALFORMED and request.problems:
            return ["it is malformed: %s (%s)" % (problem.what, problem.clause) for problem in request.problems]
        return (self._native.nearest_route(request._native) or "").splitlines()

    def reset(self) -> None:
        """Forgets routes, answers, faults, expectations, events, requests, errors and transcripts, and cuts all
        connections, so that another test can use the server. The folder stays."""
        self._native.reset()

    def __repr__(self) -> str:
        return "<Server %s%s>" % (self.url, ", stopped" if self.is_stopped else "")


def serve(folder: str | os.PathLike[str] | None = None, *, host: str = "127.0.0.1", port: int = 0,
          https: bool = False, transcripts: bool = False) -> Server:
    """Starts a server; see `Server`."""
    return Server(folder, host=host, port=port, https=https, transcripts=transcripts)


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else "%s... (%d more characters)" % (
        line[:_LONGEST_LINE], len(line) - _LONGEST_LINE)


def _remove(path: str, process: int) -> None:
    # The child of a fork leaves its parent's file alone.
    if os.getpid() == process:
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
