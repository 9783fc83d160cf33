"""Checks a control interface with schemathesis: whatever it is asked, valid or not, it answers as its description says.

Usage: schemathesis.py WIRESERVE SCHEMATHESIS
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

DESCRIPTION = pathlib.Path(__file__).resolve().parents[2] / "crates/core/src/control/openapi.json"

# Conditions between keys, and the texts of wire scripts and patterns, are not in the description: what is valid by it may
# still be refused, with 400.
EXCLUDED_CHECKS = "positive_data_acceptance"

# The stream does not end; `tests/control/streams.rs` tests it. Waits are cut short.
EXCLUDED_PATH = "/v1/stream"
CONFIGURATION = '[parameters]\n"wait" = 0.01\n'

# Requests per operation in each phase.
EXAMPLES = "15"


def main(wireserve, schemathesis):
    with tempfile.TemporaryDirectory() as folder:
        configuration = pathlib.Path(folder, "schemathesis.toml")
        configuration.write_text(CONFIGURATION)
        pathlib.Path(folder, "hello.txt").write_text("hello")
        command = [wireserve, folder, "--port", "0", "--control", "--log", "warn"]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            site, control = (re.search(r"http:\S+", server.stdout.readline())[0] for _ in range(2))
            base, token = control.split("/?token=")
            for _ in range(3):
                urllib.request.urlopen(site + "hello.txt").read()
            check = [schemathesis, "--config-file", configuration, "run", DESCRIPTION, "--url", base]
            check += ["-H", f"Authorization: Bearer {token}", "--exclude-path", EXCLUDED_PATH]
            check += ["--checks", "all", "--exclude-checks", EXCLUDED_CHECKS, "--continue-on-failure"]
            check += ["--max-examples", EXAMPLES, "--request-timeout", "10", "--warnings", "off", "--no-color"]
            code = subprocess.run(check, cwd=folder).returncode
            if server.poll() is not None:
                sys.exit("the server has ended")
            sys.exit(code)
        finally:
            server.kill()
            server.wait()


main(*sys.argv[1:])
