"""The fixture `wire`: what tests can do with it, what fails them, and what their reports contain."""

import textwrap
import xml.etree.ElementTree

import pytest

GET = """
    import urllib.error, urllib.request
    import pytest, wireserve

    def get(url, data=None):
        try:
            with urllib.request.urlopen(url, data) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
"""


@pytest.fixture
def run(pytester):
    """Runs pytest in a process of its own on a module with these tests."""

    def run(tests, *arguments):
        pytester.makepyfile(test_it=textwrap.dedent(GET) + textwrap.dedent(tests))
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)

    return run


def test_a_truncated_response_and_retries(run):
    result = run("""
        import http.client, types

        def client(url):
            while True:
                status, content = get(url)
                if status != 503:
                    return types.SimpleNamespace(text=content.decode())

        def test_truncated(wire):
            url = wire.script('send "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nok"', "close")
            with pytest.raises(http.client.IncompleteRead):
                get(url)
            [request] = wire.requests
            assert (request.method, request.target, request.body, request.problems) == ("GET", "/1", b"", [])
            assert request.fields["Connection"] == "close" and request.connection == 1

        def test_retries(wire):
            url = wire.answers(503, 503, "ok")
            assert client(url).text == "ok" and len(wire.requests) == 3
    """)
    result.assert_outcomes(passed=2)


def test_tests_are_isolated(run):
    result = run("""
        def test_one(wire):
            wire.get("/a", "one")
            wire.delay(0.001)
            wire.enqueue(500)
            wire.set_event("event")
            assert get(wire.url_for("/a")) == (500, b"")
            assert [request.connection for request in wire.requests] == [1]

        def test_two(wire):
            assert wire.requests == [] and wire.transcripts == []
            assert not wire.wait_for_event("event", 0)
            wire.get("/b", "two")
            assert get(wire.url_for("/b")) == (200, b"two")
            assert [request.connection for request in wire.requests] == [1]
            assert wire.transcripts[0].startswith("connection 1, ")

        @pytest.mark.wire(allow_unmatched=True)
        def test_three(wire):
            assert get(wire.url_for("/a"))[0] == 404

        def test_open_connections_end(wire):
            import socket
            host, port = wire.url[len("http://"):].split(":")
            global client
            client = socket.create_connection((host, int(port)))
            wire.any("*", wireserve.script("pause 60s"))
            client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
            wire.take_request()

        def test_they_have_ended(wire):
            client.settimeout(20)
            try:
                assert client.recv(1) == b""
            except ConnectionError:
                pass
            assert wire.requests == []

        def test_a_stopped_server_is_replaced(wire):
            wire.stop()

        def test_it_is(wire):
            assert get(wire.answers("new")) == (200, b"new")
    """)
    result.assert_outcomes(passed=7)


def test_a_misspelt_argument_of_the_marker_is_an_error(run):
    result = run("""
        @pytest.mark.wire(alow_unmatched=True)
        def test_misspelt(wire):
            pass

        @pytest.mark.wire
        def test_none(wire):
            pass
    """)
    result.assert_outcomes(errors=2)
    expected = "E *TypeError: expected @pytest.mark.wire(allow_unmatched=True or False), found %s"
    result.stdout.fnmatch_lines([expected % "alow_unmatched", expected % "no argument"])


def test_an_exception_of_a_handler_fails_the_test(run):
    result = run("""
        def handler(request):
            wanted = request.method
            raise ValueError("found " + wanted)

        def test_it(wire):
            assert get(wire.answers(handler))[0] == 500
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        '>*raise ValueError("found " + wanted)', "E*ValueError: found GET", "*wireserve transcript*",
        '*"GET /1 HTTP/1.1*'])


def test_a_test_that_fails_because_of_a_handler_shows_both(run):
    result = run("""
        def handler(request):
            raise ValueError("on purpose")

        def test_it(wire):
            assert get(wire.answers(handler))[0] == 200
    """)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*exception of a handler*", "*in handler", "ValueError: on purpose"])
    result.stdout.fnmatch_lines(["E*assert 500 == 200"])


@pytest.mark.parametrize("raised, shown", [
    ("SystemExit(3)", "SystemExit: 3"), ("KeyboardInterrupt()", "KeyboardInterrupt"),
    ("pytest.skip.Exception('why')", "Skipped: why")])
def test_no_exception_of_a_handler_ends_the_run(run, raised, shown):
    result = run("""
        def handler(request):
            raise %s

        def test_it(wire):
            assert get(wire.answers(handler))[0] == 500

        def test_next(wire):
            assert get(wire.answers("fine")) == (200, b"fine")
    """ % raised)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*GET /1: the handler failed: %s*" % shown])


def test_unmatched_requests_fail_the_test(run, pytester):
    tests = """
        def test_it(wire):
            wire.get("/a", "a")
            get(wire.url_for("/b?c"))

        @pytest.mark.wire(allow_unmatched=True)
        def test_marked(wire):
            get(wire.url_for("/b?c"))

        @pytest.mark.wire(allow_unmatched=False)
        def test_marked_otherwise(wire):
            get(wire.url_for("/b?c"))
    """
    result = run(tests)
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines([
        "1 unmatched request:", "  GET /b?c on connection 1:", "    the nearest route is GET /a:",
        "      expected the path /a, found /b", '*"GET /b?c HTTP/1.1\\r\\n"'])
    pytester.makeini("[pytest]\nwire_allow_unmatched = true")
    run(tests).assert_outcomes(failed=1, passed=2)


def test_a_request_that_misses_its_route_shows_why(run):
    """Also what the route expected, although the test has failed by then."""
    result = run("""
        def test_condition(wire):
            wire.post("/items", 201).when(json={"id": 7}).expect(1)
            get(wire.url_for("/items"), b'{"id": 8}')

        def test_used_up(wire):
            wire.get("/once", "a").times(1)
            get(wire.url_for("/once"))
            get(wire.url_for("/once"))

        def test_malformed(wire):
            import socket
            wire.any("/a", "a")
            with socket.create_connection(("127.0.0.1", int(wire.url.rpartition(":")[2]))) as client:
                client.sendall(b"GET /a HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: x\\r\\n\\r\\n")
                client.shutdown(socket.SHUT_WR)
                while client.recv(1000):
                    pass

        def test_long(wire):
            get(wire.url_for("/long"), b"x" * 300_000)

        def test_stopped(wire):
            wire.get("/a", "a").expect(1)
            wire.stop()
    """)
    result.assert_outcomes(failed=4, passed=1, errors=1)
    result.stdout.fnmatch_lines([
        "expected 1 request POST /items", "found 0", "1 unmatched request:", "  POST /items on connection 1:",
        "    the nearest route is POST /items:", '      expected the JSON {"id":7}: found {"id":8}'])
    result.stdout.fnmatch_lines([
        "    the nearest route is GET /once:", "      it has answered as many requests as it can"])
    result.stdout.fnmatch_lines(["    it is malformed: a Content-Length that is not a number (RFC 9110 §8.6)"])
    result.stdout.fnmatch_lines(["*... (29*more characters)"])
    result.stdout.fnmatch_lines(["expected 1 request GET /a", "found 0"])


def test_expectations_are_verified_at_the_end(run):
    result = run("""
        @pytest.fixture
        def session(wire):
            yield wire
            get(wire.url_for("/end"))

        def test_met(wire, session):
            wire.get("/end", 204).expect(1)

        def test_unmet(wire):
            wire.post("/items", 201).when(json={"id": 7}).expect(2)
            wire.post("/items", 400)
            get(wire.url_for("/items"), b'{"id": 7}')
            get(wire.url_for("/items"), b'{"id": 8}')

        def test_failed_already(wire):
            wire.get("/a", 200).expect(1)
            assert False

        @pytest.mark.xfail
        def test_expected_to_fail(wire):
            wire.get("/a", 200).expect(1)
            assert False
    """)
    result.assert_outcomes(passed=2, errors=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(["expected 2 requests POST /items", "found 0"])


def test_it_works_with_other_plugins(run, pytester):
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    result = run("""
        import asyncio

        async def fetched(url):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].split("/")[0]))
            writer.write(b"GET /%s HTTP/1.0\\r\\n\\r\\n" % url.rpartition("/")[2].encode())
            answer = await reader.read()
            writer.close()
            return answer.partition(b"\\r\\n\\r\\n")[2]

        @pytest.mark.asyncio
        async def test_asyncio(wire):
            url = wire.answers(lambda request: request.method).route.delay(0.01).url
            assert await asyncio.gather(*(fetched(url) for _ in range(8))) == [b"GET"] * 8

        @pytest.mark.anyio
        @pytest.mark.parametrize("anyio_backend", ["asyncio"])
        async def test_anyio(wire, anyio_backend):
            assert await fetched(wire.answers("fine")) == b"fine"

        @pytest.mark.parametrize("number", range(20))
        def test_many(wire, number):
            wire.get("/a", str(number))
            assert get(wire.url_for("/a")) == (200, b"%d" % number)

        def test_failing(wire):
            get(wire.url_for("/missing"))
    """, "-n", "3")
    result.assert_outcomes(passed=22, failed=1)
    result.stdout.fnmatch_lines(["*wireserve transcript*", '*"GET /missing HTTP/1.1*'])


def test_junitxml_has_the_transcript(run, pytester):
    run("""
        def test_it(wire):
            assert get(wire.answers("fine")) == (200, b"bad")

        def test_passes(wire):
            assert get(wire.answers("fine")) == (200, b"fine")
    """, "--junitxml=report.xml").assert_outcomes(failed=1, passed=1)
    report = xml.etree.ElementTree.parse(pytester.path / "report.xml")
    found = {case.get("name"): [one.get("value") for one in case.iter("property")] for case in report.iter("testcase")}
    [text] = found["test_it"]
    assert "GET /1 HTTP/1.1" in text and "fine" in text
    assert found["test_passes"] == []


def test_a_client_is_fuzzed(run):
    result = run("""
        def careless(url):
            return b"anything"

        def failing(url):
            raise OSError("failed")

        def waiting(url):
            raise TimeoutError

        @pytest.mark.wire_fuzz(range(5))
        def test_url(fuzzed):
            assert fuzzed.url.startswith("http://127.0.0.1:") and fuzzed.text.startswith("# wireserve fuzz ")
            reaction = fuzzed.expectation.partition(":")[0]
            assert fuzzed.verdict(OSError()) is None or reaction == "accept"
            assert (fuzzed.verdict(TimeoutError()) is None) == (reaction == "any")
            if fuzzed.content is not None:
                assert fuzzed.verdict(fuzzed.content) is None
                assert fuzzed.verdict(fuzzed.content + b"x")

        def test_loop(wire):
            accepted = rejected = 0
            for fuzzed in wire.fuzz(["v2:1", *range(40)]):
                reaction = fuzzed.expectation.partition(":")[0]
                wrong = {"accept": failing, "reject": careless, "either": waiting, "reject|SP": waiting}.get(reaction)
                if wrong is not None:
                    with pytest.raises(AssertionError, match="wireserve fuzz"):
                        fuzzed.judge(wrong)
                accepted += reaction == "accept"
                rejected += reaction == "reject"
            assert accepted and rejected

        @pytest.mark.wire_fuzz(["v2:7"])
        def test_judged(fuzzed):
            raised = []
            fuzzed.judge(lambda url: fuzzed.content if fuzzed.content is not None else failing(url))

        def test_without_marker(fuzzed):
            pass
    """)
    result.assert_outcomes(passed=7, errors=1)


def test_without_the_fixture_nothing_starts(run):
    run("""
        import os, sys

        def test_it():
            assert "wireserve.pytest_plugin" in sys.modules
            assert len(os.listdir("/proc/self/task")) == 1
    """).assert_outcomes(passed=1)


def test_the_markers_are_known(run):
    result = run("", "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.wire(allow_unmatched=False)*", "@pytest.mark.wire_fuzz(seeds)*"])
