"""Compares functions of a Python program with the command and with wptserve, in alternation: `./dev package`.

Four servers answer with what the trivial handler of `compare/site` returns: the command with that file; a function of
`wireserve.wptserve`; one of `wireserve.serve`; and wptserve with TCP_NODELAY, which is the reference. wrk loads them in
turn. Prints medians of the rounds with the smallest and the largest value, and ratios, which are taken within each
round. Then come the times of an import, of a start and of a test with the fixture `wire`, and of 500 tests.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.join(HERE, "compare", "site")
TARGET = "trivial.py"
PATTERN = re.compile(r"http://[^/]+/")

WPTSERVE = """
import sys
sys.path.insert(0, {site!r})
import trivial
from wireserve.wptserve import handlers
from wireserve.wptserve.server import WebTestHttpd
routes = [("*", "/trivial.py", handlers.handler(trivial.main))]
server = WebTestHttpd(host="127.0.0.1", port=0, doc_root=".", routes=routes)
server.start()
print("http://127.0.0.1:%d/" % server.port, flush=True)
sys.stdin.read()
"""

NATIVE = """
import sys
sys.path.insert(0, {site!r})
import trivial, wireserve
server = wireserve.serve()
server.get("/trivial.py", lambda request: trivial.main(request, None))
print(server.url + "/", flush=True)
sys.stdin.read()
"""

TESTS = """
import http.client
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_one(number, {fixture}):
    {answers}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/a")
    assert connection.getresponse().read() == b"ok"
    connection.close()
"""

SUITES = {
    "wire": ("wire", "wire.get('/a', 'ok'); port = int(wire.url.rpartition(':')[2])"),
    "pytest-httpserver": ("httpserver", "httpserver.expect_request('/a').respond_with_data('ok'); port = httpserver.port"),
    "no server": ("port", "pass"),
}


def main(wireserve, package, reference, seconds="2", rounds="5"):
    servers = {
        "the command": [wireserve, SITE, "--port", "0", "--log", "off"],
        "wireserve.wptserve": [package, "-c", WPTSERVE.format(site=SITE)],
        "wireserve.serve": [package, "-c", NATIVE.format(site=SITE)],
        "wptserve": [reference, os.path.join(HERE, "compare", "reference.py"), "--nodelay", SITE],
    }
    started = {name: start(command) for name, command in servers.items()}
    rates = {name: [] for name in servers}
    try:
        for number in range(int(rounds) + 1):
            for name, (_, url) in started.items():
                rate = load(url + TARGET, seconds)
                # The first round warms up.
                if number:
                    rates[name].append(rate)
    finally:
        for process, _ in started.values():
            process.terminate()
            process.wait()
    print(f"{TARGET}, 16 connections, {rounds} rounds of {seconds} s in alternation, {os.cpu_count()} processors")
    for name, found in rates.items():
        print(f"{name:20} {spread(found, ',.0f')} requests/s", end="")
        for base in ("the command", "wptserve"):
            if base != name:
                print(f", {spread([one / other for one, other in zip(found, rates[base])], '.2f')} of {base}", end="")
        print()
    print(f"import wireserve     {import_time(package):.1f} ms, the shortest of 20")
    print(f"start of a server    {start_time(package):.2f} ms, the median of 200")
    suites(package)


def start(command):
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, PATTERN.search(process.stdout.readline()).group()


def load(url, seconds):
    done = subprocess.run(["wrk", "-t1", "-c16", f"-d{seconds}", url], check=True, capture_output=True, text=True)
    if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        sys.exit(done.stdout)
    return float(re.search(r"Requests/sec:\s*([\d.]+)", done.stdout).group(1))


def spread(numbers, form):
    return f"{statistics.median(numbers):{form}} [{min(numbers):{form}} – {max(numbers):{form}}]"


def import_time(package):
    def once():
        done = subprocess.run(
            [package, "-I", "-X", "importtime", "-c", "import wireserve"], check=True, capture_output=True, text=True)
        return int(re.search(r"\| +(\d+) \| wireserve$", done.stderr, re.MULTILINE).group(1)) / 1000

    return min(once() for _ in range(20))


def start_time(package):
    code = """
import statistics, time, wireserve
def once():
    begin = time.perf_counter()
    server = wireserve.serve()
    found = time.perf_counter() - begin
    server.stop()
    return found * 1000
once()
print(statistics.median(once() for _ in range(200)))
"""
    return float(subprocess.run([package, "-c", code], check=True, capture_output=True, text=True).stdout)


def suites(package):
    """How long pytest takes for 500 tests of http.client, and for one; their difference is the tests' own time."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (fixture, answers) in SUITES.items():
            for count in (1, 500):
                with open(os.path.join(folder, f"test_{name.replace(' ', '_')}_{count}.py"), "w") as file:
                    file.write(TESTS.format(count=count, fixture=fixture, answers=answers))
        with open(os.path.join(folder, "conftest.py"), "w") as file:
            file.write(BARE)
        took = {(name, count): [] for name in SUITES for count in (1, 500)}
        for _ in range(5):
            for name, count in took:
                path = os.path.join(folder, f"test_{name.replace(' ', '_')}_{count}.py")
                begin = time.perf_counter()
                subprocess.run([package, "-m", "pytest", "-q", path], check=True, capture_output=True)
                took[name, count].append(time.perf_counter() - begin)
        for name in SUITES:
            added = [(all_ - one) / 499 * 1000 for all_, one in zip(took[name, 500], took[name, 1])]
            print(f"500 tests, {name:18} {spread(took[name, 500], '.2f')} s; {spread(added, '.2f')} ms a test")


# A listener of the kernel alone, and one response for all: what http.client and pytest take themselves.
BARE = """
import socket, threading
import pytest

@pytest.fixture(scope="session")
def port():
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def answer():
        while True:
            connection, _ = listener.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok")
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    yield listener.getsockname()[1]
"""


main(*sys.argv[1:])
