"""What is kept of a run: `matrix/kept/NAME.json`, from which the pages are made. README.md describes the format.

The publishing rule: an input with which a client crashes, hangs, mixes up two responses, takes an incomplete response as
complete, or accepts what it must reject is not named beside the client. Such cases are counted for each client, and
nothing else of them is kept. Only for valid responses (the group VU) is it kept what a client does, and only if it
differs from what the clause requires. A case that is not listed may have passed, or may be one that is counted: the two
cannot be told apart."""

import datetime
import json
import re
from collections import Counter
from pathlib import Path

from install import ROOT

KEPT = ROOT / "matrix" / "kept"
VERSION = 1

# The group whose responses are valid, though unusual.
VALID = "VU"

# The kinds of failures that are only counted.
COUNTED = {
    "hang": "hangs",
    "crash": "crashes",
    "mix-up": "mixes up responses",
    "next": "fails at the next request",
    "incomplete": "takes a part as complete",
    "accepts": "accepts what it must reject",
}

# The rules of the judge whose findings may be kept. `ends` and `next` are always counted.
SHOWN = ["reaction", "status", "content", "coding", "fields", "trailers", "redirect", "upload", "repetition", "reuse"]

# The words of a client that has ended its wait by itself.
TIMEOUT = re.compile("time[d -]*out", re.IGNORECASE)

# Content that begins with an end of a line is out of step with the connection, and so is what follows it.
OUT_OF_STEP = re.compile(r'found "(\\r|\\n)')

# What is kept of a client's own words, in characters.
MAX_TEXT = 110


def kind(case):
    """The kind of failure that is only counted; nothing for other cases."""
    rules = {finding["rule"]: finding for finding in case["findings"] if finding["verdict"] in ("warn", "fail")}
    ends = {case.get(outcome, {}).get("ended") for outcome in ("outcome", "next_outcome")}
    if not rules:
        return None
    if "crashed" in ends:
        return "crash"
    if "timed-out" in ends or TIMEOUT.search(words_of(case)):
        return "hang"
    if "next" in rules:
        return "mix-up" if case.get("next_outcome", {}).get("ended") == "complete" else "next"
    content = rules.get("content", {}).get("text", "")
    reaction = rules.get("reaction", {}).get("text", "")
    if OUT_OF_STEP.search(content):
        return "mix-up"
    if "the response is incomplete" in content:
        return "incomplete"
    if "it must fail" in reaction:
        return "incomplete" if "RFC 9112 §8" in case["clause"] else "accepts"
    return None


def words_of(case):
    errors = [case.get(outcome, {}).get("error") for outcome in ("outcome", "next_outcome")]
    return " ".join(f"{error['kind']} {error['text']}" for error in errors if error)


def difference(case):
    """What the client does with a valid response: verdict, rule, and words. Nothing if it passes, or may not be shown."""
    ends = {case.get(outcome, {}).get("ended") for outcome in ("outcome", "next_outcome")}
    waited = "timed-out" in ends or TIMEOUT.search(words_of(case))
    if case["group"] != VALID or case["verdict"] not in ("info", "warn", "fail") or kind(case) or waited:
        return None
    decisive = [finding for finding in case["findings"] if finding["verdict"] == case["verdict"]]
    if any(finding["rule"] not in SHOWN for finding in decisive):
        return None
    first = decisive[0]
    error = case.get("outcome", {}).get("error")
    if first["rule"] == "reaction" and error:
        return [case["verdict"], "error", plain(": ".join(filter(None, [error["kind"], error["text"]])))]
    return [case["verdict"], first["rule"], plain(first["text"])]


def plain(text):
    """A text without what changes from run to run."""
    text = text.replace(str(ROOT), "").replace(str(Path.home()), "~").replace("\n", " ")
    text = re.sub(r"(\w)\1{15,}", r"\1\1\1…", text)
    text = re.sub(r"\b(127\.0\.0\.1|localhost):\d+", r"\1", text)
    text = re.sub(r"((?:[Pp]ort|:lport|fd|pid)\W{1,3})\d{2,}", r"\1N", text)
    text = re.sub(r"0x[0-9a-fA-F]{4,}|\b[0-9a-f]{16,}\b", "0xN", text)
    text = re.sub(r"\b\d+(\.\d+)? ?(ms|milliseconds|seconds)\b", r"N \2", text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1].rstrip() + "…"


def kept(client, name, packages, cases, limits):
    """The data of a client. `name` is what the driver says."""
    groups = {}
    for case in cases:
        groups.setdefault(case["group"], Counter())[case["verdict"]] += 1
    counted = Counter(filter(None, map(kind, cases)))
    counted.update(one["beyond"]["reaction"] for one in limits if is_counted(one))
    differences = {case["id"]: difference(case) for case in cases if difference(case)}
    return {
        "version": VERSION,
        "name": client.name,
        "language": client.language,
        "client": name,
        "packages": packages,
        "driver": driver(client),
        "ran": datetime.date.today().isoformat(),
        "groups": {group: dict(sorted(counts.items())) for group, counts in groups.items()},
        "counted": {kind: counted[kind] for kind in COUNTED if counted[kind]},
        "valid": differences,
        "limits": {one["limit"]: limit(one) for one in limits},
    }


def driver(client):
    """The file of the driver below `drivers`; nothing for a command."""
    if client.cargo:
        return f"rust/src/bin/{client.cargo}.rs"
    words = [word for words in (client.driver, *client.build) for word in words]
    files = [word[len("{drivers}/") :] for word in words if word.startswith("{drivers}/")]
    return files[0] if files else None


def is_counted(one):
    """Whether a client does something at a limit that is only counted."""
    return bool(one["beyond"]) and one["beyond"]["reaction"] in COUNTED


def limit(one):
    """The largest size that a client takes, in words for those beyond all that is tried; nothing if it is not known, or
    if what the client does with the next size is only counted."""
    if one["unknown"] or is_counted(one):
        return None
    if one["beyond"] is None:
        return f"at least {one['taken']}"
    return one["taken"] or 0


def save(data):
    KEPT.mkdir(exist_ok=True)
    # A line for each value of the first two levels: small, and readable in a diff.
    lines = []
    for key, value in data.items():
        if isinstance(value, dict):
            inner = ",\n".join(f"  {dumps(name)}: {dumps(item)}" for name, item in value.items())
            lines.append(f" {dumps(key)}: {{\n{inner}\n }}" if inner else f" {dumps(key)}: {{}}")
        else:
            lines.append(f" {dumps(key)}: {dumps(value)}")
    (KEPT / file_name(data["name"])).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def file_name(name):
    return re.sub(r"[^a-z0-9+#]+", "-", name.lower()).strip("-") + ".json"


def dumps(value):
    return json.dumps(value, ensure_ascii=False)


def load():
    """All that is kept, by the client's name."""
    found = (json.loads(file.read_text()) for file in sorted(KEPT.glob("*.json")))
    return {data["name"]: data for data in found}
