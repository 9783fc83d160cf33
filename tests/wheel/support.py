"""What the tests of the Python package share: processes, and an HTTP client that sends exact bytes."""

import os
import socket
import subprocess
import sys
import tempfile
import textwrap
import unittest

# Seconds; only a failure takes as long. One program starts a thousand servers, on a machine that may be busy.
DEADLINE = 240


class Case(unittest.TestCase):
    """A test with a folder of its own, and servers that are stopped at its end."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(textwrap.dedent(text))
        return path

    def serve(self, **options):
        """A started WebTestHttpd for the folder."""
        from wireserve.wptserve.server import WebTestHttpd

        options = {"host": "127.0.0.1", "port": 0, "doc_root": self.folder, **options}
        server = WebTestHttpd(**options)
        self.addCleanup(server.stop)
        server.start()
        return server


def run(program, *arguments, code=0, environment=None):
    """Runs a Python program to its end, and returns what it has printed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), *arguments], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=DEADLINE, env={**os.environ, **(environment or {})})
    output = done.stdout.decode()
    if done.returncode != code:
        raise AssertionError("expected exit code %s, found %s:\n%s" % (code, done.returncode, output))
    return output


def ask(port, request, method="GET", body=b"", fields=()):
    """Status, fields and body of the response; `request` is a path."""
    lines = ["%s %s HTTP/1.1" % (method, request), "Host: localhost", "Connection: close", *fields]
    if body:
        lines.append("Content-Length: %d" % len(body))
    return parts(exchange(port, "\r\n".join(lines + ["", ""]).encode("latin-1") + body))


def exchange(port, data):
    """Sends bytes, and returns all that comes until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
        client.sendall(data)
        return read_to_end(client)


def read_to_end(client):
    received = b""
    while True:
        piece = client.recv(65536)
        if not piece:
            return received
        received += piece


def parts(response):
    if not response:
        raise ConnectionError("the server closed the connection without a response")
    head, _, body = response.partition(b"\r\n\r\n")
    line, *fields = head.split(b"\r\n")
    pairs = [field.split(b": ", 1) for field in fields]
    return int(line.split(b" ")[1]), [(name.lower(), value) for name, value in pairs], body


def threads():
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def descriptors():
    """How many descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))
