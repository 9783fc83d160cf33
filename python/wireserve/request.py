"""Requests, as handlers and tests see them."""

from __future__ import annotations

from typing import Any, NamedTuple, overload

from . import _native


class Problem(NamedTuple):
    """What is wrong with the head of a request, with the clause that is violated."""

    #: The position of the first invalid byte in `Request.raw_head`.
    offset: int
    what: str
    clause: str
    #: "violation" if a strict server refuses the request, else "tolerated".
    severity: str


class Pairs(tuple[tuple[str, str], ...]):
    """Names and values in order, which are also found by their names."""

    __slots__ = ()

    @staticmethod
    def _key(name: str) -> str:
        return name

    @overload
    def get(self, name: str, default: None = None) -> str | None: ...
    @overload
    def get(self, name: str, default: str) -> str: ...
    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value with this name."""
        return next(iter(self.all(name)), default)

    def all(self, name: str) -> list[str]:
        """All values with this name."""
        key = self._key(name)
        return [value for its_name, value in self if self._key(its_name) == key]

    @overload  # type: ignore[override]
    def __getitem__(self, key: str) -> str: ...
    @overload
    def __getitem__(self, key: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[tuple[str, str], ...]: ...
    def __getitem__(self, key: str | int | slice) -> str | tuple[str, str] | tuple[tuple[str, str], ...]:
        """The first value with a name; or the pair at an index."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        values = self.all(key)
        if not values:
            raise KeyError("expected one of %s, found %r" % (sorted({name for name, _ in self}), key))
        return values[0]

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return bool(self.all(key))
        return super().__contains__(key)


class Fields(Pairs):
    """The fields of a request as they were sent; names are found in any case."""

    __slots__ = ()

    @staticmethod
    def _key(name: str) -> str:
        return name.lower()


class Request:
    """A request: one that a handler answers, or a recorded one.

    Text is decoded as UTF-8 where the bytes are valid UTF-8, else as Latin-1; `raw_head` and `body` have the bytes.
    """

    __slots__ = ("_native", "_fields")

    def __init__(self, native: _native.Request) -> None:
        self._native = native
        self._fields: Fields | None = None

    @property
    def method(self) -> str:
        """The method as received."""
        return self._native.method

    @property
    def target(self) -> str:
        """The request target as received: `/find?q=a%20b`."""
        return self._native.target

    @property
    def path(self) -> str:
        """The path of the target, not decoded: `/find`."""
        return self._native.path

    @property
    def query(self) -> Pairs:
        """The parameters of the query, decoded."""
        return Pairs(self._native.query)

    @property
    def fields(self) -> Fields:
        """The fields in order, with the client's spelling."""
        if self._fields is None:
            self._fields = Fields(self._native.fields)
        return self._fields

    @property
    def params(self) -> dict[str, str]:
        """What the groups of the route's path matched, decoded. A recorded request has none."""
        return dict(self._native.params)

    @property
    def body(self) -> bytes:
        """The body, without the framing of its chunks. In a handler, waits until it has arrived; later, it is what the
        server has received."""
        return self._native.body

    @property
    def text(self) -> str:
        """The body as text, with invalid UTF-8 replaced."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body as JSON."""
        import json

        return json.loads(self.body)

    @property
    def form(self) -> Pairs:
        """The fields of an urlencoded form, decoded."""
        return Pairs(self._native.form())

    @property
    def raw_head(self) -> bytes:
        """The exact bytes of the head, from the first byte to the empty line."""
        return self._native.raw_head

    @property
    def problems(self) -> list[Problem]:
        """Violations of the RFCs in the head."""
        return [Problem(*problem) for problem in self._native.problems]

    @property
    def scheme(self) -> str:
        """`http` or `https`."""
        return self._native.scheme

    @property
    def client(self) -> str:
        """The address of the client."""
        return self._native.client

    @property
    def connection(self) -> int:
        """The number of the connection among those of the server since it was started or reset, from 1 on."""
        return self._native.connection

    @property
    def ordinal(self) -> int:
        """The number of the request among those of its connection, from 1 on."""
        return self._native.ordinal

    @property
    def status(self) -> int | None:
        """The status of the response to a recorded request; None if a wire script answered it."""
        return self._native.status

    @property
    def took(self) -> float | None:
        """Seconds from the head of a recorded request to the end of its exchange; None before that."""
        return self._native.took

    @property
    def body_error(self) -> str | None:
        """Why the body of a recorded request is not complete."""
        return self._native.body_error

    @property
    def is_matched(self) -> bool:
        """Whether a route or a queued answer took the request."""
        return self._native.is_matched

    def quoted(self) -> str:
        """A recorded request byte for byte, a line of quoted bytes for each line."""
        return self._native.quoted()

    def __repr__(self) -> str:
        return "<Request %s %s>" % (self.method, self.target)
