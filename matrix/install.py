"""Installs what a client needs: packages of Debian, PyPI and npm, crates, and what is built of a driver. Everything but
the packages of Debian goes below `target/matrix`, with a folder for each client, so that no client changes what another
one needs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRIVERS = ROOT / "drivers"
TARGET = ROOT / "target" / "matrix"
SYSTEM_PYTHON = "/usr/bin/python3"


class Missing(Exception):
    """Why a client cannot be installed."""


class Installed:
    """How to run a client that is installed."""

    def __init__(self, client):
        self.client = client
        self.folder = TARGET / re.sub(r"[^\w.-]+", "-", client.name)

    def words(self, command):
        values = {
            "{python}": sys.executable,
            "{system_python}": SYSTEM_PYTHON,
            "{drivers}": str(DRIVERS),
            "{out}": str(self.folder),
            "{version}": debian_version(self.client.debian[0]) if self.client.debian else "",
            "{npm}": str(self.folder / "npm" / "node_modules"),
        }
        for name, value in values.items():
            command = [word.replace(name, value) for word in command]
        return command

    @property
    def driver(self):
        return self.words(self.client.driver)

    @property
    def environment(self):
        own = {name: self.words([value])[0] for name, value in self.client.environment.items()}
        if self.client.pypi:
            own["PYTHONPATH"] = str(self.folder / "pypi")
        if self.client.npm:
            own["NODE_PATH"] = str(self.folder / "npm" / "node_modules")
        return os.environ | own

    def packages(self):
        """Name and version of what was installed, the client first."""
        of_debian = [f"{name} {debian_version(name)} (Debian)" for name in self.client.debian]
        of_pypi = [f"{name.replace('==', ' ')} (PyPI)" for name in self.client.pypi]
        of_npm = [f"{' '.join(name.rsplit('@', 1))} (npm)" for name in self.client.npm]
        return of_pypi + of_npm + of_debian


def install(client):
    """Installs a client, and returns how to run it. Raises Missing."""
    installed = Installed(client)
    missing = [name for name in client.debian if not debian_version(name)]
    if missing:
        install_debian(missing)
    for command in pinned(client, installed.folder):
        run(command)
    if client.cargo:
        manifest = DRIVERS / "rust" / "Cargo.toml"
        folder = TARGET / "rust"
        run(["cargo", "build", "--locked", "--manifest-path", manifest, "--target-dir", folder, "--bin", client.cargo])
        installed.folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "debug" / client.cargo, installed.folder)
    if client.build:
        installed.folder.mkdir(parents=True, exist_ok=True)
    for command in client.build:
        run(installed.words(command), installed.environment)
    return installed


def pinned(client, folder):
    """The commands that install what has an exact version and is not there yet."""
    wanted = "\n".join(client.pypi + client.npm)
    stamp = folder / "stamp"
    if not wanted or stamp.exists() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if client.pypi:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        yield [*pip, "--root-user-action=ignore", "--target", folder / "pypi", *client.pypi]
    if client.npm:
        yield ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder / "npm", *client.npm]
    # Last, so that an interrupted installation begins again.
    stamp.write_text(wanted)


def debian_version(name):
    """The version of a package that is installed, or nothing."""
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Version}", name]
    try:
        answer = subprocess.run(query, capture_output=True, text=True).stdout.split()
    except FileNotFoundError:
        return ""
    return answer[1] if answer[:1] == ["installed"] else ""


def install_debian(names):
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=300", "install", "--yes", "--no-install-recommends", *names]
    if not shutil.which("apt-get"):
        raise Missing(f"expected the Debian packages {' '.join(names)}, found no apt-get")
    if os.geteuid() != 0:
        raise Missing(f"run: sudo {' '.join(command)}")
    run(command, os.environ | {"DEBIAN_FRONTEND": "noninteractive"})


def run(command, environment=None):
    command = [str(word) for word in command]
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace"
        )
    except FileNotFoundError as error:
        raise Missing(f"expected the command {command[0]}: {error.strerror}") from None
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Missing(f"{' '.join(command[:4])} … failed with {done.returncode}: {' '.join(last)}")
