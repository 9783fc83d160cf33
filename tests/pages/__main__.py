"""Runs pages of a checkout of web-platform-tests in headless Chromium, served by `wpt serve` and by wireserve. Each test of
a page that passes in both of two runs with `wpt serve` must pass with wireserve.

`./dev pages CHECKOUT` runs this file.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import servers

# As testharness.js numbers them.
PASS = 0

# How long a page may take, in seconds: the harness itself ends after 10, or 60 if the page says so.
SECONDS, SECONDS_LONG = 14, 65

# Runs with wireserve until a test has passed: on a busy machine, a page may be too slow for its own limit.
ATTEMPTS = 3

# Pages from HTTP/2 and WebTransport are not served, and the manifest has them by these words.
NOT_SERVED = (".h2.", "wpt_flags=h2", "webtransport")

CHROMIUM = [
    "--no-sandbox",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-popup-blocking",
    "--autoplay-policy=no-user-gesture-required",
    "--enable-experimental-web-platform-features",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    # Pages for HTTP are loaded by HTTP.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
    "--host-resolver-rules=MAP nonexistent.*.test ~NOTFOUND, MAP *.test 127.0.0.1",
]


def main():
    options = arguments()
    checkout = str(options.checkout.resolve())
    pages = choose(manifest(checkout, options.work), options)
    print(f"{len(pages)} pages")
    browse = Browser(options)
    try:
        with servers.reference(checkout):
            spki = servers.spki_of_reference()
            expected = [browse(pages, spki, f"wpt serve, run {number}") for number in (1, 2)]
        passed = {page: common(page, expected) for page in pages}
        with servers.wireserve(str(options.wireserve), checkout):
            spki = servers.spki_of_wireserve(str(options.wireserve), checkout)
            found = browse(pages, spki, "wireserve")
            missing = lost(passed, found)
            for _ in range(1, ATTEMPTS):
                if not missing:
                    break
                again = browse({page: pages[page] for page in missing}, spki, "wireserve, again")
                missing = {page: tests & lost(passed, again).get(page, set()) for page, tests in missing.items()}
                missing = {page: tests for page, tests in missing.items() if tests}
    except servers.Failed as failed:
        sys.exit(f"pages: {failed}")
    if options.save:
        options.save.write_text(json.dumps({"wpt serve": expected, "wireserve": found}))
    report(passed, found, expected, missing)
    sys.exit(1 if missing else 0)


def arguments():
    parser = argparse.ArgumentParser(prog="./dev pages", description=__doc__)
    parser.add_argument("checkout", type=Path, help="a checkout of web-platform-tests")
    parser.add_argument("--only", action="append", metavar="TEXT", help="pages with TEXT in their path; may be repeated")
    parser.add_argument("--sample", type=int, metavar="N", help="N of these pages, chosen at random by --seed")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="[1]")
    parser.add_argument("--tabs", type=int, default=3, metavar="N", help="pages at a time [3]")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the results of all runs to FILE, as JSON")
    parser.add_argument("--wireserve", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def manifest(checkout, work):
    """The checkout's own list of its tests, kept outside of it."""
    path = work / "manifest.json"
    environment = environment_for_manifest(Path(checkout), work / "environment")
    command = [environment / "bin" / "python", "wpt", "--venv", environment, "--skip-venv-setup", "manifest",
               "--no-download", "--path", path.resolve()]
    subprocess.run(command, cwd=checkout, check=True, stdout=sys.stderr)
    return json.loads(path.read_text())["items"]["testharness"]


def environment_for_manifest(checkout, folder):
    """Newer checkouts need packages to make the list."""
    folder = folder.resolve()
    if not folder.is_dir():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    requirements = checkout / "tools" / "manifest" / "requirements.txt"
    if requirements.is_file():
        pip = [folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        subprocess.run([*pip, "-r", requirements.resolve()], check=True)
    return folder


def choose(items, options):
    """The paths of pages, each with the time that it may take."""
    pages = {}
    for path, (url, details) in tests(items):
        page = url or path
        is_served = not any(word in page for word in NOT_SERVED)
        if is_served and (not options.only or any(text in page for text in options.only)):
            pages[page] = SECONDS_LONG if details.get("timeout") == "long" else SECONDS
    if not pages:
        sys.exit("pages: expected at least one page, found none")
    if options.sample is not None and options.sample < len(pages):
        names = random.Random(options.seed).sample(sorted(pages), options.sample)
        pages = {page: pages[page] for page in names}
    return pages


def tests(items, path=""):
    for name, item in items.items():
        if isinstance(item, dict):
            yield from tests(item, f"{path}{name}/")
        else:
            # After the file's hash, a file has an entry for each page.
            yield from ((path + name, (url, details)) for url, details in item[1:])


class Browser:
    def __init__(self, options):
        self.tabs = options.tabs
        self.environment = os.environ | {"NODE_PATH": str((options.work / "node_modules").resolve())}
        self.chromium = shutil.which("chromium") or sys.exit("pages: expected chromium on the PATH, found none")

    def __call__(self, pages, spki, what):
        """What each page reports."""
        arguments = [*CHROMIUM, f"--ignore-certificate-errors-spki-list={spki}"]
        jobs = [{"page": page, "url": address(page), "seconds": limit} for page, limit in pages.items()]
        job = {"chromium": self.chromium, "arguments": arguments, "tabs": self.tabs, "pages": jobs}
        with tempfile.TemporaryDirectory() as folder:
            given, written = Path(folder) / "job.json", Path(folder) / "results.json"
            given.write_text(json.dumps(job))
            script = Path(__file__).with_name("browse.mjs")
            subprocess.run(["node", script, given, written], check=True, env=self.environment)
            results = json.loads(written.read_text())
        passes = sum(len(passing(result)) for result in results.values())
        print(f"{what}: {passes} tests pass on {len(results)} pages, {seconds(results):.0f} page seconds", flush=True)
        return results


def address(page):
    """Where a page is loaded from, as its name says."""
    name, _, query = page.partition("?")
    words = name.rsplit("/", 1)[-1].split(".")
    is_secure = bool({"https", "serviceworker", "serviceworker-module"} & set(words)) or "wss" in query
    host = f"www.{servers.HOST}" if "www" in words else servers.HOST
    origin = f"https://{host}:{servers.HTTPS}" if is_secure else f"http://{host}:{servers.HTTP}"
    return f"{origin}/{page}"


def passing(result):
    return {name for name, status in result["tests"].items() if status == PASS}


def common(page, runs):
    """The tests of a page that pass in all runs."""
    return set.intersection(*(passing(run[page]) for run in runs))


def lost(passed, found):
    """The tests that should pass and do not, for each page that was loaded."""
    tests = {page: passed[page] - passing(result) for page, result in found.items()}
    return {page: names for page, names in tests.items() if names}


def seconds(results):
    return sum(result["seconds"] for result in results.values())


def report(passed, found, expected, missing):
    total = sum(len(names) for names in passed.values())
    fails = sum(len(names) for names in missing.values())
    share = seconds(found) / min(seconds(run) for run in expected)
    print(f"{total - fails} of {total} tests that pass in both runs with `wpt serve` pass with wireserve, in "
          f"{share:.2f} of the page seconds")
    for page, names in sorted(missing.items()):
        print(f"{page}: {len(names)} of {len(passed[page])} do not pass; the first: {min(names)}")


if __name__ == "__main__":
    main()
