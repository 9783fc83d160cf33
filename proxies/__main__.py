"""Grades real proxies with the conformance suite, and writes docs/proxies.md. `./dev proxies` runs this."""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import kept
import play
from page import PAGE, page
from table import PROXIES


def main():
    names = [proxy.name for proxy in PROXIES]
    parser = argparse.ArgumentParser(prog="./dev proxies", description="grades real proxies with the conformance suite")
    parser.add_argument("proxies", nargs="*", metavar="NAME", help="proxies to run [all]: " + "; ".join(names))
    parser.add_argument("--wireserve", default="target/debug/wireserve", help="the command to run")
    parser.add_argument("-j", "--jobs", type=int, default=8, help="cases at a time [8]")
    parser.add_argument("--write-only", action="store_true", help="only write the page, from what is kept")
    parser.add_argument("--check", action="store_true", help="fail if the page is not what the kept results make")
    parser.add_argument("--reports", type=Path, help="keep the whole results in this folder; do not publish them")
    options = parser.parse_args()
    unknown = sorted(set(options.proxies) - set(names))
    if unknown:
        parser.error(f"expected names of proxies, found {', '.join(unknown)}")
    skipped = {} if options.write_only or options.check else run(options)
    text = page(PROXIES, kept.load(), skipped)
    if options.check:
        if PAGE.read_text() == text:
            return 0
        print("proxies: run `./dev proxies --write-only`: docs/proxies.md is not what the kept results make", file=sys.stderr)
        return 1
    PAGE.write_text(text)
    return 0


def run(options):
    """Runs the proxies, and returns why proxies were skipped."""
    skipped = {}
    for proxy in PROXIES:
        if options.proxies and proxy.name not in options.proxies:
            continue
        began = time.monotonic()
        try:
            play.install(proxy)
            cases = play.cases(options.wireserve, proxy, options.jobs)
            data = kept.kept(proxy, play.version(proxy), cases, play.limits(options.wireserve, proxy))
        except (play.Missing, subprocess.TimeoutExpired) as error:
            skipped[proxy.name] = str(error)
            print(f"proxies: skipped {proxy.name}: {error}", file=sys.stderr)
            continue
        kept.save(data)
        if options.reports:
            options.reports.mkdir(parents=True, exist_ok=True)
            (options.reports / f"{kept.file_name(proxy.name)}.json").write_text(kept.dumps(cases))
        counted = ", ".join(f"{count} {kept.COUNTED[kind]}" for kind, count in data["counted"].items())
        seconds = time.monotonic() - began
        print(f"proxies: {proxy.name}: {len(cases)} cases in {seconds:.0f} s; {counted}", file=sys.stderr)
    return skipped


if __name__ == "__main__":
    sys.exit(main())
