"""Routes of a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Union

from . import _native
from .answers import MISSING, Answerable, Trailer, answer_of
from .arguments import pairs_of, whole
from .request import Request

#: A function that answers requests. It may also return content that is sent in chunks, as they come.
Handler = Callable[[Request], Union[Answerable, Iterator[Union[str, bytes, Trailer]]]]

#: Names and values that a request must have; a mapping, or pairs.
Conditions = Union[Mapping[str, Union[str, int]], Iterable["tuple[str, str | int]"]]

#: What a route answers with: a value, always the same, or a function that is called for each request.
Answerer = Union[Answerable, Handler]


def answerer_of(value: Any) -> object:
    """An answer, or a function."""
    return _function(value, "its answer") if callable(value) else answer_of(value)


def _function(value: Any, what: str) -> Any:
    """A function that can be called on the thread of a connection."""
    import inspect

    if not callable(value):
        raise TypeError("expected a function that returns %s, found %r" % (what, value))
    if inspect.iscoroutinefunction(value):
        raise TypeError("expected a function that returns %s, found the coroutine function %r" % (what, value))
    return value


def _texts(conditions: Conditions | None, what: str) -> Iterator[tuple[str, str]]:
    for name, value in () if conditions is None else pairs_of(conditions, what):
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise TypeError("expected a text as the value of %r, found %r" % (name, value))
        yield name, str(value)


class Route:
    """A route of a running server. Its methods change it, for requests that are read from then on, and return it.

    Of several routes that match a request, the one that was added last takes it. A route whose conditions the request
    does not meet, or whose answers are used up (`times`), is passed over.
    """

    __slots__ = ("_native", "_origin", "method", "path")

    def __init__(self, native: _native.Route, origin: str, method: str, path: str) -> None:
        self._native = native
        self._origin = origin
        self.method = method
        self.path = path

    @property
    def url(self) -> str:
        """Its URL. Only for a path without groups."""
        if "{" in self.path or "*" in self.path:
            raise ValueError("expected a path without groups, found %s: use url_for" % self.path)
        return self._origin + quoted(self.path)

    def then(self, *answerers: Answerer) -> Route:
        """These answers follow the last one: after as many requests as `times` says, or after one."""
        for answerer in answerers:
            self._native.then(answerer_of(answerer))
        return self

    def times(self, count: int) -> Route:
        """The last answer is given so many times."""
        self._native.times(whole(count, "the count"))
        return self

    def enqueue(self, *answers: Answerable) -> Route:
        """The next requests that this route takes get these answers."""
        for one in answers:
            self._native.enqueue(answer_of(one))
        return self

    def when(self, holds: Callable[[Request], object] | None = None, *, query: Conditions | None = None,
             fields: Conditions | None = None, form: Conditions | None = None,
             body: str | bytes | None = None, json: object = MISSING, connection: int | None = None) -> Route:
        """Only requests that meet these conditions: parameters of the query, fields and form fields with these values,
        this body, a body that is equal JSON, the connection with this number, or a function that returns true."""
        for name, value in _texts(query, "`query`"):
            self._native.when_query(name, value)
        for name, value in _texts(fields, "`fields`"):
            self._native.when_field(name, value)
        for name, value in _texts(form, "`form`"):
            self._native.when_form(name, value)
        if body is not None:
            self._native.when_body(body.encode() if isinstance(body, str) else body)
        if json is not MISSING:
            self._native.when_json(_text_of(json))
        if connection is not None:
            self._native.when_connection(whole(connection, "the number of the connection"))
        if holds is not None:
            self._native.when(_function(holds, "whether the route takes a request"))
        return self

    def delay(self, seconds: float) -> Route:
        """Waits before the first byte of each response."""
        self._native.delay(seconds)
        return self

    def bytes_per_second(self, count: int) -> Route:
        """Sends so many bytes per second of each response."""
        self._native.bytes_per_second(whole(count, "the bytes per second"))
        return self

    def reset_after(self, count: int) -> Route:
        """Resets the connection after so many bytes of a response, its head included."""
        self._native.reset_after(whole(count, "the bytes"))
        return self

    def expect(self, times: int | None = None, *, least: int | None = None, most: int | None = None) -> Route:
        """How many requests it must take, until `Server.verify` is called or a `with` block or a test ends: at least
        one, unless arguments say otherwise."""
        if times is not None:
            if least is not None or most is not None:
                raise TypeError("expected `times`, or `least` and `most`, found both")
            least = most = times
        elif least is None:
            least = 1 if most is None else 0
        least = whole(least, "the least number of requests")
        self._native.expect(least, None if most is None else whole(most, "the greatest number of requests"))
        return self

    @property
    def taken(self) -> int:
        """How many requests it has taken."""
        return self._native.taken

    def __repr__(self) -> str:
        return "<Route %s %s>" % (self.method, self.path)


class RouteUrl(str):
    """The URL of a route, which has the route itself."""

    route: Route

    def __new__(cls, route: Route) -> RouteUrl:
        url = super().__new__(cls, route.url)
        url.route = route
        return url

    def __reduce__(self) -> tuple[Any, ...]:
        # A copy in another process is a text.
        return str, (str(self),)


def quoted(path: str) -> str:
    """A path as URLs have it."""
    if path.isascii() and " " not in path:
        return path
    from urllib.parse import quote

    # Nothing that an author may have encoded already.
    return quote(path, safe="!#$%&'()*+,/:;=?@[]~")


def _text_of(value: object) -> str:
    import json

    return json.dumps(value)
