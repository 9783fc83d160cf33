"""What is kept of a run: `proxies/kept/NAME.json`, from which docs/proxies.md is made.

The publishing rule: an input with which a proxy ends, hangs, mixes up two messages, lets a request be smuggled, or
lets something pass that a check must stop is not named beside the proxy. Such cases are counted for each proxy, and
nothing else of them is kept. The result of a single case is kept only for messages that are valid (the groups of `SHOWN`),
and only by the rules of `RULES`. A case that is not listed may have passed, or may be one that is counted: the two
cannot be told apart."""

import datetime
import json
import re
from collections import Counter
from pathlib import Path

KEPT = Path(__file__).parent / "kept"
VERSION = 1

# The kinds of failures that are only counted.
COUNTED = {
    "crash": "ends",
    "hang": "hangs",
    "mix-up": "mixes up messages",
    "next": "fails at the next request",
    "ambiguous": "forwards ambiguous framing",
    "incomplete": "completes what was cut off",
    "accepts": "lets pass what it must stop",
}

# Groups whose messages are valid, and what may be shown of them.
SHOWN = ["PM", "PH", "PV", "PT", "PB", "PR", "PI"]
RULES = ["forwarding", "request-line", "request-fields", "status", "fields", "content", "trailers", "interim", "reuse"]

# Cases about checks, though their messages are valid: fields for the next recipient alone, Max-Forwards, the Host of a
# forward proxy, targets on which rules may match, repeated or cut off content, HTTP/1.0 clients, and Expect.
CHECKS = re.compile("PH-|PT-0[1-4]|PM-(11|14|15|20|23|24|62)|PB-1[4-7]|PR-1[4-7]|PV-1[12]|PI-(0[6-9]|1)")

MAX_TEXT = 120


def kind(case):
    """The kind of failure that is only counted; nothing for other cases."""
    rules = {one["rule"]: one["text"] for one in case["findings"] if one["verdict"] in ("warn", "fail")}
    ends = {case.get(outcome, {}).get("ended") for outcome in ("outcome", "next_outcome")}
    if not rules:
        return None
    if "timed-out" in ends or "hangs" in rules.get("ends", "") + rules.get("next", ""):
        return "hang"
    if "next" in rules:
        return "next" if "the next request fails" in rules["next"] else "mix-up"
    if "repetition" in rules:
        return "mix-up"
    if "framing" in rules:
        return "ambiguous"
    if "reached the client complete" in rules.get("ends", "") or "reached the origin complete" in rules.get(
        "request-content", ""
    ):
        return "incomplete"
    if case["group"] not in SHOWN or CHECKS.match(case["id"]):
        return "accepts"
    return None


def difference(case):
    """What a proxy does with a valid message: verdict, rule, and words. Nothing if it passes, or may not be shown."""
    if case["verdict"] not in ("warn", "fail") or kind(case) or case["is_flaky"]:
        return None
    decisive = [one for one in case["findings"] if one["verdict"] == case["verdict"]]
    if any(one["rule"] not in RULES for one in decisive):
        return None
    return [case["verdict"], decisive[0]["rule"], plain(decisive[0]["text"])]


def plain(text):
    """A text without what changes from run to run."""
    text = re.sub(r"wsp[0-9a-f]{16}q", "MARK", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"


def kept(proxy, version, cases, limits):
    # A proxy that has ended answers no other case. Where it has ended would show in the counts of the groups.
    ended = any("cannot connect to the proxy" in one["text"] for case in cases for one in case["findings"])
    groups = {}
    for case in cases:
        groups.setdefault("all" if ended else case["group"], Counter())[case["verdict"]] += 1
    counted = Counter(filter(None, map(kind, cases)))
    counted["crash"] += ended
    counted.update("hang" for one in limits if is_counted(one))
    return {
        "version": VERSION,
        "name": proxy.name,
        "form": proxy.form,
        "package": f"{proxy.package} {version}",
        "ran": datetime.date.today().isoformat(),
        "groups": {group: dict(sorted(counts.items())) for group, counts in groups.items()},
        "counted": {kind: int(counted[kind]) for kind in COUNTED if counted[kind]},
        "valid": {case["id"]: difference(case) for case in cases if difference(case)},
        "titles": {case["id"]: case["title"] for case in cases if difference(case)},
        "limits": {one["limit"]: limit(one) for one in limits},
    }


def is_counted(one):
    """Whether what a proxy does beyond its limit is only counted."""
    return bool(one["beyond"]) and one["beyond"]["reaction"] in ("hang", "crash", "wrong-content")


def limit(one):
    """The largest size that passes; nothing if it is unknown, or if what happens beyond is only counted."""
    if one["unknown"] or is_counted(one):
        return None
    if one["beyond"] is None:
        return f"at least {one['taken']}"
    return one["taken"] or 0


def save(data):
    KEPT.mkdir(exist_ok=True)
    lines = []
    for key, value in data.items():
        if isinstance(value, dict) and value:
            inner = ",\n".join(f"  {dumps(name)}: {dumps(item)}" for name, item in value.items())
            lines.append(f" {dumps(key)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {dumps(key)}: {dumps(value)}")
    (KEPT / f"{file_name(data['name'])}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def file_name(name):
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


def load():
    """All that is kept, by the proxy's name."""
    found = (json.loads(file.read_text()) for file in sorted(KEPT.glob("*.json")))
    return {data["name"]: data for data in found}
