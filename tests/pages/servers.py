"""The two servers of a checkout, one at a time, since both have the ports of its configuration."""

import base64
import contextlib
import hashlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HTTP, HTTPS, H2 = 8000, 8443, 9000
HOST = "web-platform.test"

# For both: the ports that pages are loaded from. Templates of the checkout ask for that of HTTP/2.
CONFIGURATION = {"ports": {"http": [HTTP, 8001], "https": [HTTPS, 8444], "ws": ["auto"], "wss": ["auto"], "h2": [H2]}}

STARTUP_SECONDS = 120

# `wpt serve` of some checkouts passes a virtual environment where none is expected, so its function is called.
START_REFERENCE = """
import inspect, os, sys
if __name__ == "__main__":
    os.chdir(sys.argv[1])
    sys.path.insert(0, sys.argv[1])
    from tools import localpaths
    from tools.serve import serve
    options = vars(serve.get_parser().parse_args(["--config", sys.argv[2]]))
    if "venv" in inspect.signature(serve.run).parameters:
        options["venv"] = None
    serve.run(**options)
"""


class Failed(Exception):
    """A server that could not be started, in words for the user."""


@contextlib.contextmanager
def wireserve(command, checkout):
    with tempfile.TemporaryDirectory() as folder:
        yield from served([command, "--wpt", checkout, "--config", configuration(folder), "--log", "warn"], folder)


def spki_of_wireserve(command, checkout):
    """The hash by which Chromium trusts the certificate."""
    run = subprocess.run([command, "cert", "--wpt", checkout, "--spki"], check=True, capture_output=True, text=True)
    return run.stdout.strip()


@contextlib.contextmanager
def reference(checkout):
    try:
        socket.gethostbyname(HOST)
    except OSError:
        raise Failed(f"{HOST} does not resolve, as `wpt serve` needs; run: wireserve hosts --wpt {checkout} | "
                     "sudo tee -a /etc/hosts") from None
    with tempfile.TemporaryDirectory() as folder:
        # A file, since it starts processes that import it again.
        start = Path(folder) / "start_reference.py"
        start.write_text(START_REFERENCE)
        yield from served([sys.executable, str(start), checkout, configuration(folder)], folder)


def spki_of_reference():
    """The same, of the certificate that is served."""
    # Its date does not matter, and neither does who signed it.
    pem = ssl.get_server_certificate(("127.0.0.1", HTTPS)).encode()
    public = subprocess.run(["openssl", "x509", "-pubkey", "-noout"], input=pem, check=True, capture_output=True).stdout
    key = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public, check=True, capture_output=True)
    return base64.b64encode(hashlib.sha256(key.stdout).digest()).decode()


def configuration(folder):
    path = Path(folder) / "config.json"
    path.write_text(json.dumps(CONFIGURATION))
    return str(path)


def served(command, folder):
    """Runs a server and the processes that it starts, in a session of their own, until the caller is done."""
    taken = [port for port in (HTTP, HTTPS) if answers(port)]
    if taken:
        raise Failed(f"port {taken[0]} is in use; both servers need {HTTP}, 8001, {HTTPS} and 8444")
    log = Path(folder) / "log"
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        deadline = time.monotonic() + STARTUP_SECONDS
        while not (answers(HTTP) and answers(HTTPS)):
            if server.poll() is not None or time.monotonic() > deadline:
                raise Failed(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=10)


def answers(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
