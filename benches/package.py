"""Compares functions of a Python program with the command and with wptserve, in alternation: `./dev package`.

Four servers answer with what the trivial handler of `compare/site` returns: the command with that file; a function of
`wireserve.wptserve`; one of `wireserve.serve`; and wptserve with TCP_NODELAY, which is the reference. wrk loads them in
turn. Prints medians of the rounds with the smallest and the largest value, and ratios, which are taken within each
round. Then come the times of an import, of a start, and what `package_suites.py` measures.
"""

import os
import re
import statistics
import subprocess
import sys

import package_suites

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
    package_suites.main(package)


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


main(*sys.argv[1:])
