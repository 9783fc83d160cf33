"""How long suites of pytest take with the fixture `wire`, with pytest-httpserver, and with another process that sends
fixed responses: the last one is what pytest and the client take themselves. `./dev package` runs this after its other
measurements; alone, it needs a Python that has the wheel and the packages of `package_requirements.txt`:

    python3 benches/package_suites.py PYTHON [TESTS] [ROUNDS]

Each kind of suite has many tests that do the same, so that pytest's start hardly counts; the time of a suite with one
test is subtracted. All servers take turns in each round, and ratios are those within a round. Test, client and server are
one process, so its processor time is given as well: it means something on a busy machine, too.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

# The client of most suites: a new connection for each request, as for urllib.request.
ONE_BY_ONE = """
import http.client
from urllib.parse import urlsplit

def get(url, context=None):
    parts = urlsplit(url)
    if context is None:
        connection = http.client.HTTPConnection(parts.hostname, parts.port)
    else:
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=context)
    connection.request("GET", parts.path)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body

def client(url, context=None):
    status, body = get(url, context)
    while status == 503:
        status, body = get(url, context)
    assert (status, body) == (200, b"ok")
"""

# A client with a pool and retries of its own.
POOL = """
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

def client(url):
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", HTTPAdapter(max_retries=Retry(20, status_forcelist=[503], backoff_factor=0)))
        assert session.get(url).content == b"ok"
"""

POSTING = """
import requests

def client(url):
    with requests.Session() as session:
        session.trust_env = False
        assert session.post(url, json={"id": 7}).status_code == 201
"""


def retried(count):
    """The lines of a test whose client asks `count` times, for each server."""
    return {
        "wire": f"client(wire.answers(*[503] * {count - 1}, 'ok'))",
        "pytest-httpserver":
            f"for status in [503] * {count - 1} + [200]:\n"
            "        httpserver.expect_ordered_request('/a').respond_with_data('ok', status=status)\n"
            "    client(httpserver.url_for('/a'))",
        "no server": f"client(fixed({count - 1}))",
    }


def retried_securely(count):
    """The same over HTTPS."""
    return {
        "wire": f"client(wire.https.answers(*[503] * {count - 1}, 'ok'), wire.ssl_context)",
        "pytest-httpserver":
            f"for status in [503] * {count - 1} + [200]:\n"
            "        httpserver.expect_ordered_request('/a').respond_with_data('ok', status=status)\n"
            "    client(httpserver.url_for('/a'), trusting)",
        "no server": f"client(secure({count - 1}), trusting)",
    }


# For each kind of suite: the client, and the lines of a test.
SUITES = {
    "one request": (ONE_BY_ONE, retried(1)),
    "3 requests, retried": (ONE_BY_ONE, retried(3)),
    "10 requests, retried": (ONE_BY_ONE, retried(10)),
    "3 requests of a pool": (POOL, retried(3)),
    "10 requests of a pool": (POOL, retried(10)),
    "HTTPS": (ONE_BY_ONE, retried_securely(1)),
    "3 HTTPS requests, retried": (ONE_BY_ONE, retried_securely(3)),
    "an expectation": (POSTING, {
        "wire":
            "route = wire.post('/items', 201).when(json={'id': 7}).expect(1)\n"
            "    client(route.url)\n"
            "    assert wire.requests[0].json() == {'id': 7}",
        "pytest-httpserver":
            "expected = httpserver.expect_oneshot_request('/items', method='POST', json={'id': 7})\n"
            "    expected.respond_with_data(status=201)\n"
            "    client(httpserver.url_for('/items'))\n"
            "    httpserver.check_assertions()\n"
            "    assert httpserver.log[0][0].json == {'id': 7}",
        "no server": "client(fixed(0))",
    }),
}

# The fixtures of a test, for HTTP and for HTTPS.
FIXTURES = {
    "wire": {False: "wire", True: "wire"},
    "pytest-httpserver": {False: "httpserver", True: "httpserver, trusting"},
    "no server": {False: "fixed", True: "secure, trusting"},
}

TESTS = """
import pytest
{client}
{https}
@pytest.mark.parametrize("number", range({count}))
def test(number, {fixtures}):
    {lines}
"""

# pytest-httpserver takes its certificates from this fixture.
OF_HTTPSERVER = """
@pytest.fixture(scope="session")
def httpserver_ssl_context(serving):
    return serving
"""

CONFTEST = """
import collections, os, signal, socket, ssl, threading
import pytest, trustme

@pytest.fixture(scope="session")
def authority():
    return trustme.CA()

@pytest.fixture(scope="session")
def serving(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context

@pytest.fixture(scope="session")
def trusting(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context

def serve(listener, context):
    seen = collections.Counter()

    def answer(connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if context is not None:
            connection = context.wrap_socket(connection, server_side=True)
        while request := connection.recv(65536):
            method, path, _ = request.split(None, 2)
            if method == b"POST" and not request.endswith(b"}"):
                connection.recv(65536)
            # So many failures before each success.
            failures = int(path[1:])
            status = 503 if seen[path] % (failures + 1) < failures else 201 if method == b"POST" else 200
            seen[path] += 1
            connection.sendall(b"HTTP/1.1 %d OK\\r\\nContent-Length: 2\\r\\n\\r\\nok" % status)
        connection.close()

    while True:
        threading.Thread(target=answer, args=listener.accept()[:1], daemon=True).start()

def forked(scheme, context):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    child = os.fork()
    if child == 0:
        serve(listener, context)
    try:
        yield lambda failures: "%s://localhost:%d/%d" % (scheme, listener.getsockname()[1], failures)
    finally:
        # Its processor time is not counted, since it is not waited for.
        os.kill(child, signal.SIGKILL)

@pytest.fixture(scope="session")
def fixed():
    yield from forked("http", None)

@pytest.fixture(scope="session")
def secure(serving):
    yield from forked("https", serving)
"""


def main(package, tests="500", rounds="5"):
    counts = (1, int(tests))
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "conftest.py"), "w") as file:
            file.write(CONFTEST)
        for number, (suite, (client, lines)) in enumerate(SUITES.items()):
            paths = {}
            for server in FIXTURES:
                is_secure = "HTTPS" in suite
                for count in counts:
                    paths[server, count] = os.path.join(folder, f"test_{number}_{server[:4].strip()}_{count}.py")
                    with open(paths[server, count], "w") as file:
                        file.write(TESTS.format(
                            client=client, count=count, lines=lines[server],
                            fixtures=FIXTURES[server][is_secure],
                            https=OF_HTTPSERVER if is_secure and server == "pytest-httpserver" else ""))
            took = measured(package, paths, int(rounds))
            print(f"{counts[1]} tests, {suite}:")
            report("seconds", took, counts[1], 0)
            report("processor time", took, counts[1], 1)


def measured(package, paths, rounds):
    """The seconds of each suite and those of its processor time, by round."""
    took = {key: [] for key in paths}
    for number in range(rounds + 1):
        for key, path in paths.items():
            begin, used = time.perf_counter(), processor_time()
            done = subprocess.run([package, "-m", "pytest", "-q", "-p", "no:cacheprovider", path], capture_output=True, text=True)
            if done.returncode:
                sys.exit(done.stdout)
            # The first round warms up.
            if number:
                took[key].append((time.perf_counter() - begin, processor_time() - used))
    return took


def processor_time():
    """That of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(kind, took, count, part):
    """One of both times."""
    added = {
        server: [(every[part] - one[part]) / (count - 1) * 1000
                 for every, one in zip(took[server, count], took[server, 1])]
        for server in FIXTURES
    }
    for server, times in added.items():
        print(f"  {kind:14} {server:18} {spread(times, '.2f')} ms a test", flush=True)
    ratios = [other / one for one, other in zip(added["wire"], added["pytest-httpserver"])]
    floor = [one - other for one, other in zip(added["wire"], added["no server"])]
    print(f"  {kind:14} pytest-httpserver takes {spread(ratios, '.2f')} × as long as wire, which takes "
          f"{spread(floor, '.2f')} ms more than no server", flush=True)


def spread(numbers, form):
    return f"{statistics.median(numbers):{form}} [{min(numbers):{form}} – {max(numbers):{form}}]"


if __name__ == "__main__":
    main(*sys.argv[1:])
