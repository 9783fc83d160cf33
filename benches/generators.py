"""Compares the load generator of `wireserve bench` with wrk, in alternation: `./dev generators`.

Three columns: wrk, `wireserve bench URL`, both on one server that is not measured, and `wireserve bench PATH`, whose
server counts the phases of its requests. Prints medians of the rounds, with the smallest and the largest value, and
ratios to wrk, which are taken within each round. The instructions are those of the generator in user mode, counted
by callgrind; unlike times, they do not depend on what else the machine does.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile

SITE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare", "site")
TARGET = "trivial.py"
UNITS = {"us": 1.0, "ms": 1e3, "s": 1e6}
TICKS = os.sysconf("SC_CLK_TCK")


def main(wireserve, connections="16", seconds="2", rounds="5"):
    server = subprocess.Popen(
        [wireserve, SITE, "--port", "0", "--log", "off"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )
    try:
        url = re.search(r"http://[^/]+/", server.stdout.readline()).group() + TARGET
        loads = {
            "wrk": lambda: wrk(url, connections, seconds, server.pid),
            "bench URL": lambda: bench([wireserve, "bench", url], connections, seconds, server.pid),
            "bench PATH": lambda: bench([wireserve, "bench", TARGET, "--", SITE], connections, seconds, None),
        }
        values = {name: [] for name in loads}
        for number in range(int(rounds) + 1):
            for name, load in loads.items():
                measured = load()
                # The first round warms up.
                if number:
                    values[name].append(measured)
        counted = {
            "wrk": instructions(["wrk", "-t1", f"-c{connections}", "-d6", url], wrk_requests),
            "bench URL": instructions(
                [wireserve, "bench", url, "-c", connections, "-d", "6", "--rounds", "1", "--json", "/dev/stdout"],
                bench_requests,
            ),
        }
    finally:
        server.terminate()
        server.wait()
    print(f"{TARGET}, {connections} connections, {rounds} rounds of {seconds} s in alternation, {os.cpu_count()} processors")
    for key, unit in [
        ("requests/s", ""),
        ("p50", " µs"),
        ("p99", " µs"),
        ("generator's CPU", " µs a request"),
        ("server's CPU", " µs a request"),
    ]:
        for name, found in values.items():
            numbers = [one[key] for one in found if key in one]
            if not numbers:
                continue
            line = f"{key:16} {name:10} {spread(numbers, ',.1f' if unit else ',.0f')}{unit}"
            of_wrk = [one[key] / base[key] for one, base in zip(found, values["wrk"])]
            print(line if name == "wrk" else f"{line}, {spread(of_wrk, '.2f')} of wrk's")
    for name, value in counted.items():
        print(f"{'instructions':16} {name:10} {value:,.0f} a request")


def spread(numbers, form):
    return f"{statistics.median(numbers):{form}} [{min(numbers):{form}} – {max(numbers):{form}}]"


def wrk(url, connections, seconds, server):
    text, used, of_server = run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", url], server)
    if "Socket errors" in text or "Non-2xx" in text:
        sys.exit(text)
    requests = wrk_requests(text)
    return {
        "requests/s": float(re.search(r"Requests/sec:\s*([\d.]+)", text).group(1)),
        "p50": latency(text, 50),
        "p99": latency(text, 99),
        "generator's CPU": used / requests,
        "server's CPU": of_server / requests,
    }


def wrk_requests(text):
    return int(re.search(r"(\d+) requests in", text).group(1))


def bench_requests(text):
    """With those before the round, which take a fifth of its time."""
    results, _ = json.JSONDecoder().raw_decode(text)
    return results["paths"][0]["requests"] * 1.2


def instructions(command, requests):
    """Instructions of a program for each of its requests."""
    callgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command]
    done = subprocess.run(callgrind, check=True, capture_output=True, text=True)
    counted = int(re.search(r"I\s+refs:\s+([\d,]+)", done.stderr).group(1).replace(",", ""))
    return counted / requests(done.stdout)


def latency(text, share):
    value, unit = re.search(rf"^\s*{share}%\s*([\d.]+)(\w+)$", text, re.MULTILINE).groups()
    return float(value) * UNITS[unit]


def bench(command, connections, seconds, server):
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        options = ["-c", connections, "-d", seconds, "--rounds", "1", "--json", file.name]
        _, used, of_server = run(command[:2] + options + command[2:], server)
        path = json.load(file)["paths"][0]
    if path["problem"] or path["errors"]:
        sys.exit(str(path))
    found = {
        "requests/s": path["requests_per_s"]["median"],
        "p50": path["latency_us"]["p50"]["median"],
        "p99": path["latency_us"]["p99"]["median"],
    }
    if server is None:
        found["server's CPU"] = path["processor_us"]["median"]
    else:
        # A fifth is loaded before the round, and not counted.
        found["generator's CPU"] = used / path["requests"] / 1.2
        found["server's CPU"] = of_server / path["requests"] / 1.2
    return found


def run(command, server):
    """The output, and the microseconds of processor time of the program and of the server meanwhile."""
    before = processor_time(server)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    text = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} exited with {process.returncode}: {text}")
    return text, (usage.ru_utime + usage.ru_stime) * 1e6, processor_time(server) - before


def processor_time(pid):
    if pid is None:
        return 0.0
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS * 1e6


main(*sys.argv[1:])
