"""The pages, made of what is kept and of nothing else: docs/clients.md from `clients.md`, which has the words, and
docs/clients.html from `page.html`, `style.css` and `script.js`."""

import base64
import hashlib
import html
import json
from collections import defaultdict

import kept
from install import ROOT

FOLDER = ROOT / "matrix"
MARKDOWN = ROOT / "docs" / "clients.md"
HTML = ROOT / "docs" / "clients.html"

# The limits, as `wireserve conform limits` names them, with the heads of their columns.
LIMITS = {
    "field-line": "field line",
    "head": "head",
    "fields": "fields",
    "status-line": "status line",
    "chunk-extension": "chunk ext.",
    "trailer-section": "trailers",
    "interim-responses": "interim",
    "redirects": "redirects",
}

# What a client does with a valid response, by the rule that found it.
WORDS = {
    "error": "error",
    "reaction": "reported",
    "status": "status",
    "content": "content",
    "coding": "not decoded",
    "fields": "fields",
    "trailers": "trailers",
    "redirect": "redirect",
    "upload": "upload",
    "repetition": "repeated",
    "reuse": "reused",
}


def all_pages(clients, data, skipped):
    """The text of each file. A client without results is listed as skipped, with the reason."""
    results = [data[client.name] for client in clients if client.name in data]
    notes = {client.name: client.note for client in clients if client.note}
    skipped = {name: why for name, why in skipped.items() if name not in data}
    return {MARKDOWN: markdown(results, notes, skipped), HTML: page(results, notes, skipped)}


def markdown(results, notes, skipped):
    text = (FOLDER / "clients.md").read_text()
    languages = {one["language"] for one in results}
    for name, value in {
        "clients": str(len(results)),
        "languages": str(len(languages)),
        "overview": overview(results, notes),
        "groups": group_table(results),
        "limits": limit_table(results),
        "valid": valid_table(results),
        "skipped": skipped_table(skipped),
    }.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def table(heads, rows, right=()):
    rules = ["--:" if head in right else "---" for head in heads]
    lines = [heads, rules, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def overview(results, notes):
    heads = ["client", "language", "versions", "pass", "warn", "fail", "only counted"]
    rows = []
    for one in results:
        verdicts = totals(one)
        counted = ", ".join(f"{kept.COUNTED[kind]} ({count})" for kind, count in one["counted"].items())
        versions = ", ".join(versions_of(one))
        name = one["name"] + (f": {notes[one['name']]}" if one["name"] in notes else "")
        numbers = [str(verdicts[word]) for word in ("pass", "warn", "fail")]
        rows.append([escape(name), one["language"], escape(versions), *numbers, counted])
    return table(heads, rows, ("pass", "warn", "fail"))


def versions_of(one):
    """What the client says of itself, and the packages whose versions the client's own words do not have. Of Debian's, those that only build a driver do not
    matter."""
    first, *rest = one["packages"] or [""]
    rest = [name for name in rest if not name.endswith("(Debian)")]
    others = [name for name in [first, *rest] if name and name.split(" ")[1].split("-")[0] not in one["client"]]
    return [one["client"], *others]


def totals(one):
    sums = defaultdict(int)
    for counts in one["groups"].values():
        for verdict, count in counts.items():
            sums[verdict] += count
    return sums


def group_table(results):
    groups = list(results[0]["groups"]) if results else []
    rows = [[escape(one["name"]), *(grade(one["groups"].get(group, {})) for group in groups)] for one in results]
    return table(["client", *groups], rows, groups)


def grade(counts):
    """Passes among the cases in which a requirement was met or not."""
    judged = sum(counts.get(verdict, 0) for verdict in ("pass", "warn", "fail"))
    return f"{counts.get('pass', 0)}/{judged}" if judged else "–"


def limit_table(results):
    rows = [[escape(one["name"]), *(size(one["limits"].get(limit)) for limit in LIMITS)] for one in results]
    return table(["client", *LIMITS.values()], rows, LIMITS.values())


def size(value):
    if value is None:
        return ""
    if isinstance(value, str):
        return f"≥ {int(value.split()[-1]):,}"
    return f"{value:,}"


def valid_table(results):
    titles = catalogue()
    found = defaultdict(lambda: defaultdict(list))
    for one in results:
        for case, (verdict, rule, text) in one["valid"].items():
            if verdict != "info":
                found[case][summary(rule, text)].append(one["name"])
    rows = []
    for case in sorted(found, key=number):
        kinds = [f"{words}: {', '.join(names)}" for words, names in sorted(found[case].items())]
        rows.append([f"{case}: {escape(titles[case]['title'])}", escape("; ".join(kinds))])
    return table(["case", "what clients do"], rows)


def summary(rule, text):
    """A word or two, the same for clients that do the same."""
    if rule == "status":
        return f"status {text.rsplit(' ', 1)[-1]}"
    return WORDS[rule]


def skipped_table(skipped):
    return table(["client", "why"], [[escape(name), escape(why)] for name, why in skipped.items()])


def catalogue():
    cases = json.loads((ROOT / "catalogue" / "responses.json").read_text())
    return {case["id"]: case for case in cases}


def number(case):
    return int(case.split("-")[1])


def escape(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def page(results, notes, skipped):
    titles = catalogue()
    shown = sorted({case for one in results for case in one["valid"]}, key=number)
    data = {
        "clients": [public(one, notes.get(one["name"], "")) for one in results],
        "counted": kept.COUNTED,
        "limits": LIMITS,
        "words": WORDS,
        "cases": {
            case: [titles[case]["title"], f"{titles[case]['clause']} ({titles[case]['level']})"] for case in shown
        },
        "skipped": skipped,
    }
    style, script = (FOLDER / "style.css").read_text(), (FOLDER / "script.js").read_text()
    text = (FOLDER / "page.html").read_text()
    policy = f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}"
    for name, value in {
        "policy": html.escape(policy),
        "style": style,
        "script": script,
        # Within a script element, only `</` and `<!` could end the data.
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"),
    }.items():
        text = text.replace("{{" + name + "}}", value)
    return text


def public(one, note):
    names = ("name", "language", "groups", "counted", "valid", "limits")
    return {name: one[name] for name in names} | {"versions": versions_of(one), "note": note}


def digest(text):
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
