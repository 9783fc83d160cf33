"""Starts a proxy in a folder of its own, runs `wireserve conform --proxy` and `conform limits --proxy`, and ends the
processes that it has started."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

# The longest run of the suite against one proxy, in seconds.
MAX_RUN = 600


class Missing(Exception):
    """Why a proxy is skipped."""


def environment():
    """Debian's daemons are in /usr/sbin."""
    return {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin"}


def install(proxy):
    """Installs the Debian package, if the program is missing."""
    path = environment()["PATH"]
    if shutil.which(proxy.program, path=path):
        return
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "-y", "--no-install-recommends", proxy.package]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if not shutil.which(proxy.program, path=path):
        raise Missing(f"the Debian package {proxy.package} cannot be installed")


def version(proxy):
    """The version that Debian installed, which has the patches."""
    command = ["dpkg-query", "-W", "-f", "${Version}", proxy.package]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return re.sub(r"^\d+:", "", found.stdout.strip()) or "unknown"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Running:
    """A proxy that runs within a `with` block."""

    def __init__(self, proxy):
        self.proxy = proxy
        self.port, self.origin_port = free_ports(2)

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="wireserve-proxy-")
        # Some daemons give up root, and must still reach their files.
        os.chmod(self.folder, 0o777)
        values = {
            "port": self.port,
            "origin_port": self.origin_port,
            "origin": f"127.0.0.1:{self.origin_port}",
            "folder": self.folder,
        }
        for name, text in self.proxy.files.items():
            (Path(self.folder) / name).write_text(text.format(**values))
        command = [word.format(**values) for word in self.proxy.command]
        self.log = open(Path(self.folder) / "output", "w")
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_):
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(timeout=5)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def options(self):
        form = ["--forward"] if self.proxy.form == "forward" else []
        return ["--proxy", f"http://127.0.0.1:{self.port}", "--origin", f"127.0.0.1:{self.origin_port}", *form]

    def why(self):
        return (Path(self.folder) / "output").read_text(errors="replace")[-300:].strip()


def cases(wireserve, proxy, jobs):
    """The cases of the report of a run. What deviates, or could not be judged, is run again, with less at a time: a busy
    machine makes a case late, and a deviation is there each time."""
    found = run(wireserve, proxy, ["-j", str(jobs)])
    again = [case["id"] for case in found if case["verdict"] not in ("pass", "info")]
    if not again:
        return found
    second = {case["id"]: case for case in run(wireserve, proxy, ["-j", "2", "--only", ",".join(again)])}
    return [better(case, second.get(case["id"], case)) for case in found]


def better(first, second):
    order = ["pass", "info", "warn", "fail", "inconclusive"]
    return min(first, second, key=lambda case: order.index(case["verdict"]))


def run(wireserve, proxy, more):
    with Running(proxy) as running, tempfile.TemporaryDirectory() as folder:
        command = [wireserve, "conform", *running.options(), *more, "--timeout", "5", "--report", folder]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=MAX_RUN, check=False)
        report = Path(folder) / "report.json"
        if not report.exists():
            raise Missing(f"the suite did not run: {ended.stderr.strip()[-300:]} {running.why()}")
        return json.loads(report.read_text())["cases"]


def limits(wireserve, proxy):
    """What `conform limits` finds."""
    with Running(proxy) as running, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "limits.json"
        command = [wireserve, "conform", "limits", *running.options(), "--json", str(file)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=MAX_RUN, check=False)
        if not file.exists() or not file.stat().st_size:
            raise Missing(f"the limits were not measured: {ended.stderr.strip()[-300:]} {running.why()}")
        return json.loads(file.read_text())["limits"]
