"""Runs the fuzzing client of the Autobahn test suite against wireserve, and against pywebsocket3's own server with the
same handlers: `autobahn.py WIRESERVE PYTHON2 PACKAGES FOLDER`, where PACKAGES has the suite, for Python 2.7, and FOLDER
is for its reports.

Both servers use the same library, so that a case in which they differ is wireserve's. Prints the verdicts by group, and
exits with 1 if there is such a case.
"""

import collections
import contextlib
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
HANDLERS = os.path.join(HERE, "handlers")

# Runs the suite's command. Its packages need `addsitedir`: one of them is only found by its `.pth` file.
WSTEST = "import site; site.addsitedir(%r); from autobahntestsuite.wstest import run; run()"

# Verdicts of the suite on the frames and on the end of a connection, from the best to the worst.
VERDICTS = ["OK", "INFORMATIONAL", "NON-STRICT", "UNIMPLEMENTED", "UNCLEAN", "WRONG CODE", "FAILED BY CLIENT", "FAILED"]

# The suite's groups of cases, by the first number of a case.
GROUPS = {"1": "framing", "2": "pings and pongs", "3": "reserved bits", "4": "opcodes", "5": "fragmentation",
          "6": "UTF-8", "7": "closing", "9": "large messages", "10": "fragmentation by the library",
          "12": "compression", "13": "compression with parameters"}


def main(wireserve, python2, packages, folder):
    os.makedirs(folder, exist_ok=True)
    verdicts = {}
    for agent, command in (
            ("wireserve", [wireserve, HANDLERS, "--port=0", "--ws-port=0", "--log=off"]),
            ("pywebsocket3", [sys.executable, os.path.join(HERE, "reference.py"), HANDLERS])):
        with serving(command) as url:
            verdicts[agent] = tested(agent, url, python2, packages, folder)
    ours, theirs = verdicts["wireserve"], verdicts["pywebsocket3"]
    print_table(ours, theirs)
    differing = [case for case in ours if ours[case] != theirs.get(case)]
    for case in differing:
        print("%s: wireserve %s, pywebsocket3 %s" % (case, shown(ours[case]), shown(theirs.get(case))))
    print("%d cases, %d of which differ; reports in %s" % (len(ours), len(differing), folder))
    return 1 if differing or len(ours) < 500 else 0


@contextlib.contextmanager
def serving(command):
    """Runs a server, and yields the URL of its handler `echo`."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as server:
        try:
            found = (re.search(r" (ws://[^/]+/)", line) for line in server.stdout)
            yield next(match for match in found if match).group(1) + "echo"
        finally:
            server.terminate()


def tested(agent, url, python2, packages, folder):
    """The verdicts of all cases: on the frames, and on the end."""
    spec = os.path.join(folder, agent + ".json")
    reports = os.path.join(folder, agent)
    with open(spec, "w") as file:
        json.dump({"outdir": reports, "servers": [{"agent": agent, "url": url}], "cases": ["*"],
                   "exclude-cases": [], "exclude-agent-cases": {}}, file)
    with open(os.path.join(folder, agent + ".log"), "w") as log:
        subprocess.run([python2, "-c", WSTEST % packages, "-m", "fuzzingclient", "-s", spec],
                       stdout=log, stderr=log, check=True)
    with open(os.path.join(reports, "index.json")) as file:
        cases = json.load(file)[agent]
    numbers = sorted(cases, key=lambda case: [int(part) for part in case.split(".")])
    return {case: (cases[case]["behavior"], cases[case]["behaviorClose"]) for case in numbers}


def worse(pair):
    """The worse of two verdicts."""
    return max(pair, key=lambda verdict: VERDICTS.index(verdict) if verdict in VERDICTS else len(VERDICTS))


def shown(pair):
    return " and ".join(pair) if pair else "no verdict"


def print_table(ours, theirs):
    counts = collections.defaultdict(lambda: (collections.Counter(), collections.Counter()))
    for index, verdicts in enumerate((ours, theirs)):
        for case, pair in verdicts.items():
            counts[case.split(".")[0]][index][worse(pair)] += 1
    print("%-32s  %-50s  %s" % ("group", "wireserve", "pywebsocket3"))
    for group, both in counts.items():
        texts = [", ".join("%d %s" % (counter[verdict], verdict) for verdict in counter) for counter in both]
        print("%2s %-29s  %-50s  %s" % (group, GROUPS.get(group, "?"), *texts))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
