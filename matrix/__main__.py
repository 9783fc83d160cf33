"""Runs the conformance suite against real clients, and writes docs/clients.md and docs/clients.html. `./dev matrix` runs
this; README.md describes what is where."""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import kept
import pages
from clients import CLIENTS, LEFT_OUT
from install import TARGET, Installed, Missing, install
from play import Failed, Suite
from verify import verify

# Clients that each machine with `./dev setup` has.
VERIFIED = ["curl", "http.client", "urllib3", "Node http"]


def main():
    options = parse()
    if options.verify:
        return verify_all(options)
    skipped = {}
    if not options.write_only and not options.check:
        skipped = run(options)
    data = kept.load()
    for client in CLIENTS:
        if client.name not in data:
            skipped.setdefault(client.name, "it was not run")
    written = pages.all_pages(CLIENTS, data, skipped | LEFT_OUT)
    if options.check:
        stale = [file for file, text in written.items() if not file.exists() or file.read_text() != text]
        for file in stale:
            print(
                f"matrix: run `./dev matrix --write-only`: {file.name} is not what the kept results make",
                file=sys.stderr,
            )
        return bool(stale)
    for file, text in written.items():
        file.write_text(text)
    return False


def parse():
    names = [client.name for client in CLIENTS]
    parser = argparse.ArgumentParser(prog="./dev matrix", description="grades real clients with the conformance suite")
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help="clients to run [all]: " + ", ".join(names))
    parser.add_argument("--wireserve", default="target/debug/wireserve", help="the command to run")
    parser.add_argument("-j", "--jobs", type=int, default=16, help="cases at a time [16]")
    parser.add_argument("--at-once", type=int, default=1, help="clients at a time [1]")
    parser.add_argument("--write-only", action="store_true", help="only write the pages, from what is kept")
    parser.add_argument("--check", action="store_true", help="fail if the pages are not what the kept results make")
    parser.add_argument(
        "--verify",
        action="store_true",
        help=f"compare new runs of CLIENTS with what is kept; install nothing [{', '.join(VERIFIED)}]",
    )
    parser.add_argument("--reports", type=Path, help="keep the whole results in this folder; do not publish them")
    options = parser.parse_args()
    unknown = sorted(set(options.clients) - set(names))
    if unknown:
        parser.error(f"expected names of clients, found {', '.join(unknown)}")
    return options


def run(options):
    """Runs the clients, and returns why clients were skipped."""
    skipped = {}
    suite = Suite(options.wireserve, options.jobs)
    wanted = [client for client in CLIENTS if not options.clients or client.name in options.clients]
    TARGET.mkdir(parents=True, exist_ok=True)

    def one(client):
        began = time.monotonic()
        try:
            installed = install(client)
            name, cases = suite.cases(installed)
            data = kept.kept(client, name, installed.packages(), cases, suite.limits(installed))
        except (Missing, Failed) as error:
            skipped[client.name] = str(error)
            print(f"matrix: skipped {client.name}: {error}", file=sys.stderr)
            return
        kept.save(data)
        if options.reports:
            options.reports.mkdir(parents=True, exist_ok=True)
            file = options.reports / f"{client.name.replace('/', '-')}.json"
            file.write_text(kept.dumps(cases))
        words = ", ".join(f"{count} {kept.COUNTED[kind]}" for kind, count in data["counted"].items())
        unjudged = sum(counts.get("inconclusive", 0) for counts in data["groups"].values())
        seconds = time.monotonic() - began
        print(f"matrix: {name}: {len(cases)} cases in {seconds:.0f} s, {unjudged} not judged; {words}", file=sys.stderr)

    with ThreadPoolExecutor(options.at_once) as pool:
        list(pool.map(one, wanted))
    return skipped


def verify_all(options):
    """Whether a client differs from what is kept of the same version."""
    suite = Suite(options.wireserve, options.jobs)
    data = kept.load()
    names = options.clients or VERIFIED
    wanted = [client for client in CLIENTS if client.name in names]
    if len(wanted) != len(set(names)):
        sys.exit(f"matrix: expected clients with these names: {', '.join(names)}")

    def one(client):
        began = time.monotonic()
        lines, is_failure = verify(suite, Installed(client), data.get(client.name))
        for line in lines:
            print(f"{'FAILURE' if is_failure else 'DIFFERENCE'} {line}")
        print(f"{client.name}: verified in {time.monotonic() - began:.0f} s", flush=True)
        return is_failure

    with ThreadPoolExecutor(options.at_once) as pool:
        return any(list(pool.map(one, wanted)))


if __name__ == "__main__":
    sys.exit(main())
