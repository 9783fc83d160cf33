"""Compares a new run of some clients with what is kept. The same version of a client must still do what is kept of it;
another version is only reported. Groups about times and ends of connections are not compared: on a busy machine their
cases differ from run to run."""

import re

from kept import VALID, difference
from play import is_unjudged

# The groups whose number of failures is compared.
UNTIMED = ["SL", "HS", "CL", "TE", "CH", "TR", "BS", "CE", "CK", "OV"]

# How often what differs is run again.
ATTEMPTS = 4

# Cases at a time then.
FEW = 2


def verify(suite, installed, kept):
    """What differs, as lines; and whether that is a failure."""
    first = suite.report(installed, [f"--jobs={suite.jobs}"])
    name = first["client"]
    by_id = {case["id"]: case for case in first["cases"]}
    for _ in range(ATTEMPTS):
        again = [key for key, case in by_id.items() if is_unjudged(case) or broke_protocol(case)]
        if not again:
            break
        report = suite.report(installed, [f"--jobs={FEW}", f"--only={','.join(again)}"])
        by_id.update((case["id"], case) for case in report["cases"] if case["id"] in again)
    cases = list(by_id.values())
    broken = [f"{case['id']}: {case['findings'][0]['text']}" for case in cases if broke_protocol(case)]
    if broken:
        return [f"{name} breaks the protocol of drivers: {line}" for line in broken], True
    if kept is None:
        return [f"{name}: nothing is kept of it"], True
    differences = compare(cases, kept)
    for _ in range(ATTEMPTS):
        if not differences:
            return [], False
        report = suite.report(installed, [f"--jobs={FEW}", f"--only={','.join(differences)}"])
        differences = {key: text for key, text in compare(report["cases"], kept).items() if key in differences}
    is_same = name == kept["client"]
    lines = [f"{key}: {text}" for key, text in differences.items()]
    return [f"{name}: {line}" if is_same else f"{name}, kept is {kept['client']}: {line}" for line in lines], is_same


def broke_protocol(case):
    return "broke-protocol" in {case.get(outcome, {}).get("ended") for outcome in ("outcome", "next_outcome")}


def compare(cases, kept):
    """What differs, by the id of a case or by a group, for all cases and whole groups that are given."""
    found = {}
    known = sum(kept["groups"].get(VALID, {}).values())
    for case in cases:
        is_known = case["group"] == VALID and int(re.sub(r"\D", "", case["id"])) <= known
        now, before = difference(case), kept["valid"].get(case["id"])
        # The words may name what changes from run to run.
        if is_known and (now or [])[:2] != (before or [])[:2]:
            found[case["id"]] = f"{now}, kept is {before}"
    for group in UNTIMED:
        verdicts = [case["verdict"] for case in cases if case["group"] == group]
        before = kept["groups"].get(group, {})
        # A group with other cases than those that were run cannot be compared.
        if len(verdicts) == sum(before.values()) and verdicts.count("fail") != before.get("fail", 0):
            found[group] = f"{verdicts.count('fail')} cases fail, kept is {before.get('fail', 0)}"
    return found
