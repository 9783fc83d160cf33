"""docs/proxies.md, made of what is kept and of nothing else."""

from collections import defaultdict
from pathlib import Path

import kept

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "proxies.md"

VERDICTS = ["pass", "info", "inconclusive", "warn", "fail"]


def page(proxies, data, skipped):
    results = [data[proxy.name] for proxy in proxies if proxy.name in data]
    notes = {proxy.name: proxy.note for proxy in proxies if proxy.note}
    text = (FOLDER / "proxies.md").read_text()
    for name, value in {
        "proxies": str(len(results)),
        "overview": overview(results, notes),
        "groups": groups(results),
        "limits": limits(results),
        "valid": valid(results),
        "skipped": "".join(f"\nNot measured: {name} ({why}).\n" for name, why in skipped.items() if name not in data),
    }.items():
        text = text.replace("{{" + name + "}}", value)
    return text.rstrip() + "\n"


def table(heads, rows, right=()):
    rules = ["--:" if head in right else "---" for head in heads]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heads, rules, *rows])


def overview(results, notes):
    rows = []
    for one in results:
        sums = [str(sum(counts.get(verdict, 0) for counts in one["groups"].values())) for verdict in VERDICTS]
        counted = ", ".join(f"{kept.COUNTED[kind]} ({count})" for kind, count in one["counted"].items())
        name = one["name"] + (f" ({notes[one['name']]})" if one["name"] in notes else "")
        rows.append([name, one["form"], one["package"].replace(" ", " "), *sums, counted])
    return table(["proxy", "form", "Debian package", *VERDICTS, "only counted"], rows, VERDICTS)


def groups(results):
    results = [one for one in results if "all" not in one["groups"]]
    codes = list(dict.fromkeys(code for one in results for code in one["groups"]))
    rows = [[one["name"], *(grade(one["groups"].get(code, {})) for code in codes)] for one in results]
    return table(["proxy", *codes], rows, codes)


def grade(counts):
    """How many of the judged cases are neither failures nor warnings."""
    judged = sum(count for verdict, count in counts.items() if verdict != "inconclusive")
    good = counts.get("pass", 0) + counts.get("info", 0)
    return f"{good}/{judged}" if judged else ""


def limits(results):
    names = list(dict.fromkeys(name for one in results for name in one["limits"]))
    rows = [[one["name"], *(shown(one["limits"].get(name)) for name in names)] for one in results]
    heads = [name.replace("-", " ") for name in names]
    return table(["proxy", *heads], rows, heads)


def shown(value):
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value


def valid(results):
    cases = defaultdict(lambda: defaultdict(list))
    titles = {}
    for one in results:
        titles.update(one["titles"])
        for case, (verdict, _, text) in one["valid"].items():
            cases[case][verdict, text].append(one["name"])
    rows = []
    for case in sorted(cases):
        for (verdict, text), names in cases[case].items():
            text = text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
            rows.append([case, titles[case].replace("|", "\\|").replace("*", "\\*"), verdict, text, ", ".join(names)])
    return table(["case", "", "verdict", "found", "proxies"], rows)
