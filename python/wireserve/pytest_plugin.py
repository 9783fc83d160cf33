"""The pytest plugin: the fixtures `wire` and `fuzzed`.

pytest imports this module in every run of its environment, so importing it imports little and starts nothing.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .fuzzed import Fuzzed
    from .server import Server

#: The server that a test has used, on the test's item.
_SERVER = "_wireserve_server"

#: What went over the wire until the fixture ended, on the test's item.
_AT_END = "_wireserve_at_end"

_MARKERS = (
    "wire(allow_unmatched=False): whether requests that the fixture `wire` has no answer for are no failure",
    "wire_fuzz(seeds): runs the test with the fixture `fuzzed` once for each seed",
)

#: Whether the test has failed, on its item.
_HAS_FAILED = "_wireserve_has_failed"

_SECTION = "wireserve transcript"

_ERRORS = "wireserve: exception of a handler"

_PROPERTY = "wireserve_transcript"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds the setting."""
    parser.addini("wire_allow_unmatched", "requests that the fixture `wire` has no answer for fail no test",
                  type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the markers."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)


class _Session:
    """The server of a session, made when the first test needs it, and again if a test has stopped it."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.process = os.getpid()

    def fresh(self) -> Server:
        if self.server is None or self.server.is_stopped or self.process != os.getpid():
            from .server import Server

            self.process = os.getpid()
            self.server = Server(https=True, transcripts=True)
        else:
            self.server.reset()
        return self.server

    def end(self) -> None:
        if self.server is not None and self.process == os.getpid():
            self.server.stop()


@pytest.fixture(scope="session")
def _wire_session() -> Iterator[_Session]:
    session = _Session()
    yield session
    session.end()


@pytest.fixture
def wire(request: pytest.FixtureRequest, _wire_session: _Session) -> Iterator[Server]:
    """A server without routes. Its routes, requests and connections are those of the test alone.

    The test fails if a function that answers requests raises an exception, if a request comes that nothing answers,
    or if a route does not get as many requests as it expects.
    """
    node = request.node
    _allows_unmatched(node)
    server = _wire_session.fresh()
    setattr(node, _SERVER, server)
    # The same test may run again.
    setattr(node, _HAS_FAILED, False)
    setattr(node, _AT_END, None)
    yield server
    # That of a test that has failed already has its reasons in the report.
    failure = None if getattr(node, _HAS_FAILED, False) else _failure(node, server, expected=True)
    setattr(node, _AT_END, _text(server))
    if not server.is_stopped:
        server.reset()
    if failure is not None:
        raise failure


@pytest.fixture
def fuzzed(request: pytest.FixtureRequest, wire: Server) -> Fuzzed:
    """The fuzzed response of one of the seeds that the marker `wire_fuzz` names."""
    seed = getattr(request, "param", None)
    if seed is None:
        pytest.fail("expected the marker @pytest.mark.wire_fuzz(seeds), found none", pytrace=False)
    return next(wire.fuzz([seed]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Makes a test of each seed."""
    marker = metafunc.definition.get_closest_marker("wire_fuzz")
    if marker is not None and "fuzzed" in metafunc.fixturenames:
        seeds = list(marker.args[0] if marker.args else marker.kwargs["seeds"])
        metafunc.parametrize("fuzzed", seeds, indirect=True, ids=[str(seed) for seed in seeds])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, None]:
    """Fails a test that has passed although its server met with errors."""
    outcome = yield
    server: Server | None = getattr(item, _SERVER, None)
    if server is None or outcome.excinfo is not None:
        return
    failure = _failure(item, server, expected=False)
    if failure is not None:
        outcome.force_exception(failure)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, None]:
    """Adds to the report of a failed test what went over the wire."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    server: Server | None = getattr(item, _SERVER, None)
    if server is None or call.when == "setup":
        return
    if call.excinfo is not None:
        # Even if that was expected.
        setattr(item, _HAS_FAILED, True)
    if not report.failed:
        return
    text: str = getattr(item, _AT_END, None) or _text(server)
    report.sections.append((_SECTION, text))
    if call.when == "call":
        shown = None if call.excinfo is None else call.excinfo.value
        report.sections.extend((_ERRORS, _traceback(error)) for error in server.errors if error is not shown)
    # --junitxml shows properties, but no sections.
    if all(name != _PROPERTY for name, _ in item.user_properties):
        item.user_properties.append((_PROPERTY, text))
        report.user_properties.append((_PROPERTY, text))


def _failure(item: pytest.Item, server: Server, *, expected: bool) -> BaseException | None:
    """Why the test must fail: the exception of a function, with its traceback; or a text."""
    errors = server.errors
    # Others are for who runs the tests, such as that of Ctrl-C, or mean that a test is skipped.
    if errors and isinstance(errors[0], (Exception, pytest.fail.Exception)):
        return errors[0]
    text = server.verdict(expected=expected, unmatched=not _allows_unmatched(item))
    return None if text is None else pytest.fail.Exception(text, pytrace=False)


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


def _text(server: Server) -> str:
    return "\n".join(server.transcripts) or "no client has connected\n"


def _allows_unmatched(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("wire")
    allowed = None
    if marker is not None:
        if marker.args or set(marker.kwargs) != {"allow_unmatched"}:
            found = ", ".join([*map(repr, marker.args), *marker.kwargs]) or "no argument"
            raise TypeError("expected @pytest.mark.wire(allow_unmatched=True or False), found %s" % found)
        allowed = marker.kwargs["allow_unmatched"]
    return bool(item.config.getini("wire_allow_unmatched") if allowed is None else allowed)
