"""Runs the suite and the search for limits against one client. What is bad or could not be judged is run a second time,
with fewer cases at once, so that a busy machine is not mistaken for a client's fault."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

# From the best to the worst.
VERDICTS = ["pass", "info", "inconclusive", "warn", "fail"]

# How often cases are run again that could not be judged.
ATTEMPTS = 3

# Cases at a time in these further runs.
FEW = 4

# What the command says if no case could be judged. It writes its reports all the same.
NOTHING_JUDGED = "no case could be judged"


class Failed(Exception):
    """Why the suite could not run."""


class Suite:
    def __init__(self, wireserve, jobs):
        self.wireserve = wireserve
        self.jobs = jobs

    def cases(self, installed):
        """The results of all cases, as in `report.json`, and what the client calls itself."""
        first = self.report(installed, [f"--jobs={self.jobs}"])
        cases = {case["id"]: case for case in first["cases"]}
        again = [case["id"] for case in first["cases"] if is_doubtful(case)]
        for _ in range(ATTEMPTS):
            if not again:
                break
            second = self.report(installed, [f"--jobs={FEW}", f"--only={','.join(again)}"])
            for case in second["cases"]:
                if better(case, cases[case["id"]]):
                    cases[case["id"]] = case
            again = [name for name in again if is_unjudged(cases[name])]
        return first["client"], list(cases.values())

    def report(self, installed, options):
        with tempfile.TemporaryDirectory() as folder:
            self.conform(installed, [*options, f"--report={folder}"])
            return json.loads(Path(folder, "report.json").read_text())

    def limits(self, installed):
        with tempfile.NamedTemporaryFile() as file:
            self.conform(installed, ["limits", f"--json={file.name}"])
            return json.loads(Path(file.name).read_text())["limits"]

    def conform(self, installed, options):
        command = [self.wireserve, "conform", *options, "--", *installed.driver]
        done = subprocess.run(
            command,
            env=installed.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
        # 1: a case is not as expected, which is what the matrix is about. Of the cases that are run again, there may be
        # none that can be judged.
        if done.returncode not in (0, 1) and NOTHING_JUDGED not in done.stderr:
            raise Failed(done.stderr.strip() or f"wireserve ended with {done.returncode}")


def is_doubtful(case):
    return case["verdict"] in ("warn", "fail") or is_unjudged(case)


def is_unjudged(case):
    """Whether the run itself, and not the client, is why a case has no verdict."""
    words = " ".join(finding["text"] for finding in case["findings"])
    return case["verdict"] == "inconclusive" and not re.search("the client cannot|^it needs", words) and is_played(case)


def is_played(case):
    return bool(case.get("connections")) or "outcome" in case


def better(case, other):
    """A failure must be repeatable; and any verdict is better than none."""
    if is_unjudged(other):
        return not is_unjudged(case)
    return not is_unjudged(case) and VERDICTS.index(case["verdict"]) < VERDICTS.index(other["verdict"])
