"""Fuzzed responses: one for each seed, with what a client must do with it."""

from __future__ import annotations

from collections.abc import Callable

from . import _native


class Fuzzed:
    """The response of a seed, which is stable across releases; the seed `v2:318` is one of the edition v2."""

    __slots__ = ("_native", "seed", "url")

    def __init__(self, seed: int | str, url: str, native: _native.Fuzzed) -> None:
        self.seed = str(seed)
        #: Where the server plays it.
        self.url = url
        self._native = native

    @property
    def expectation(self) -> str:
        """What a client must do with the response to a GET: `accept`, `reject`, `reject|SP`, `either` or `any`, with
        `:noreuse` if it must not use the connection again."""
        return self._native.expectation

    @property
    def content(self) -> bytes | None:
        """The content, with its content coding, if a client must accept the response."""
        return self._native.content

    @property
    def mutations(self) -> list[str]:
        """What differs from a valid response."""
        return self._native.mutations

    @property
    def text(self) -> str:
        """The response as a `.wire` file, with the clauses of the RFCs."""
        return str(self._native)

    def verdict(self, outcome: bytes | BaseException) -> str | None:
        """What is wrong about an outcome, the content that a client has returned or its exception; None if nothing."""
        reaction = self.expectation.partition(":")[0]
        if reaction == "any":
            return None
        if isinstance(outcome, BaseException):
            if _is_timeout(outcome):
                return "expected an end, found that the client waited until its timeout"
            if reaction == "accept":
                return "expected the client to accept the response, found %r" % outcome
            return None
        if reaction == "reject":
            return "expected the client to fail, found the content %r" % outcome[:200]
        if self.content is not None and outcome not in (self.content, _decoded(self.content)):
            return "expected the content %r, found %r" % (self.content[:200], outcome[:200])
        return None

    def judge(self, fetch: Callable[[str], bytes]) -> None:
        """Lets a client get the URL, and raises an AssertionError if it does what it must not do.

        `fetch` returns the content whatever the status is, and raises an exception if the client fails.
        """
        outcome: bytes | Exception
        try:
            outcome = fetch(self.url)
        except Exception as error:
            outcome = error
        if isinstance(outcome, (bytearray, memoryview)):
            outcome = bytes(outcome)
        if not isinstance(outcome, (bytes, Exception)):
            raise TypeError("expected `fetch` to return bytes, found %r" % (outcome,))
        wrong = self.verdict(outcome)
        if wrong is not None:
            failure = AssertionError("%s\n\n%s" % (wrong, self.text))
            raise failure from (outcome if isinstance(outcome, Exception) else None)

    def __repr__(self) -> str:
        return "<Fuzzed %s: %s>" % (self.seed, self.expectation)


def _is_timeout(error: BaseException) -> bool:
    return isinstance(error, TimeoutError) or any("Timeout" in kind.__name__ for kind in type(error).__mro__)


def _decoded(content: bytes) -> bytes:
    """The content as a client that decodes gzip returns it."""
    import gzip
    import zlib

    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content
