"""Sends the same requests to every Python handler of a checkout of web-platform-tests, under `wpt serve` and under
wireserve, and compares the responses. What differs between two runs of `wpt serve` is left out.

`./dev handlers CHECKOUT` runs this file.
"""

import argparse
import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import exchanges
import servers

ADDRESS = ("127.0.0.1", servers.HTTP)
AUTHORITY = f"{servers.HOST}:{servers.HTTP}"

# `wpt serve` answers 404 below `tools`; and handlers for HTTP/2 and WebTransport are not served over HTTP/1.1.
NOT_SERVED = re.compile(r"(^|/)tools/|^webtransport/|\.h2\.|/h2/")

MAIN = re.compile(r"^def main\(\s*\w+\s*,\s*\w+", re.MULTILINE)

# Handlers at a time.
AT_ONCE = 8


def main():
    options = arguments()
    checkout = options.checkout.resolve()
    handlers = {path: source for path, source in all_handlers(checkout) if not options.only or options.only in path}
    if not handlers:
        sys.exit("handlers: expected at least one handler, found none")
    print(f"{len(handlers)} handlers", flush=True)
    try:
        with servers.reference(str(checkout)):
            expected = [play(handlers, number) for number in (1, 2)]
        with servers.wireserve(str(options.wireserve.resolve()), str(checkout)):
            found = play(handlers, 3)
    except servers.Failed as failed:
        sys.exit(f"handlers: {failed}")
    sys.exit(report(expected, found))


def arguments():
    parser = argparse.ArgumentParser(prog="./dev handlers", description=__doc__)
    parser.add_argument("checkout", type=Path, help="a checkout of web-platform-tests")
    parser.add_argument("--only", metavar="TEXT", help="handlers with TEXT in their path")
    parser.add_argument("--wireserve", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def all_handlers(checkout):
    for file in sorted(checkout.rglob("*.py")):
        path = file.relative_to(checkout).as_posix()
        source = "" if NOT_SERVED.search(path) else file.read_text(errors="replace")
        if MAIN.search(source):
            yield path, source


def play(handlers, run):
    """The answers to all requests, by handler and number. Those of one handler follow each other."""

    def one(path):
        requests = exchanges.requests("/" + path, handlers[path], run, AUTHORITY)
        return {(path, number): exchanges.ask(ADDRESS, request) for number, request in enumerate(requests)}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return {key: answer for answers in pool.map(one, handlers) for key, answer in answers.items()}


# Entries of docs/parity.md.
BROKEN_OFF = "an error while content is generated ends the connection"
UNSENDABLE = "content that cannot be sent is an error that names it"
NO_FORM = "POST is empty for a body that is not a form"


def departure(expected, found):
    """The documented departure that a difference may be, and whether the response itself shows it."""
    head, _, content = found.partition(b"\r\n\r\n")
    wanted_head, _, wanted_content = expected.partition(b"\r\n\r\n")
    has_length = b"\r\ncontent-length:" in wanted_head.lower()
    if found == expected + exchanges.RESET and not has_length:
        return BROKEN_OFF, True
    # The reference has sent the head, without a length, before it notices.
    is_late = b" 200 " in wanted_head[:20] and not wanted_content and not has_length
    if is_late and b" 500 " in head[:20]:
        return UNSENDABLE, b"expected bytes" in content
    if b" 500 " in wanted_head[:20] and b"FieldStorage" in wanted_content and b" 200 " in head[:20]:
        return NO_FORM, True
    return None, False


def report(expected, found):
    """Prints what differs, and returns whether anything does for no known reason."""
    first, second = expected
    # Random numbers have different lengths.
    changing = {key[0] for key, answer in first.items() if exchanges.has_numbers(answer)}
    waiting = {key[0] for run in expected for key, answer in run.items() if is_endless(answer)}
    counts, reasons, others = Counter(), {}, []
    for key, answer in found.items():
        has_length = key[0] not in changing
        wanted, again, got = (exchanges.comparable(run[key], has_length) for run in (first, second, found))
        if wanted != again:
            counts["differ between two runs of `wpt serve`"] += 1
        elif wanted == got:
            counts["are equal"] += 1
        else:
            reasons[key] = departure(exchanges.masked(first[key]), exchanges.masked(answer))
    # A response to HEAD does not show its error, but others of its handler do.
    shown = {(key[0], reason) for key, (reason, is_shown) in reasons.items() if is_shown}
    for key, (reason, _) in reasons.items():
        if (key[0], reason) in shown:
            counts[f"depart: {reason}"] += 1
        elif key[0] in waiting and not is_endless(found[key]):
            counts["differ, of handlers that wait for another request"] += 1
        else:
            counts["differ"] += 1
            others.append(key)
    print(f"{len(found)} exchanges:")
    for what, count in counts.most_common():
        print(f"  {count} {what}")
    for what in (BROKEN_OFF, UNSENDABLE, NO_FORM):
        paths = sorted({"/" + path for path, reason in shown if reason == what})
        print(f"{what}: {', '.join(paths) or 'none'}")
    for path, number in others:
        for server, answers in (("wpt serve", first), ("wireserve", found)):
            print(f"/{path}, request {number}, {server}: {answers[path, number][:400]!r}")
    return bool(others)


def is_endless(answer):
    return answer.endswith(exchanges.TOO_LONG)


if __name__ == "__main__":
    main()
