"""How much of the crates' sources the tests run: reads LLVM's report of lines in lcov's format, leaves out the unit
tests, which run by being tests, and prints for each file how many of its lines are run, and which are not.

    python3 tests/coverage.py REPORT LEAST

Ends with 1 if fewer than LEAST percent of all lines are run. `./dev coverage` makes the report.
"""

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SOURCES = [TOP / "crates/core/src", TOP / "crates/conform/src", TOP / "src"]

TESTS = "#[cfg(test)]\nmod tests {\n"


def counts(report):
    """For each file of the report how often each line was run."""
    files = {}
    for line in report.read_text().splitlines():
        field, _, value = line.partition(":")
        if field == "SF":
            lines = files.setdefault(Path(value), {})
        elif field == "DA":
            number, count = value.split(",")[:2]
            lines[int(number)] = lines.get(int(number), 0) + int(count)
    return files


def without_unit_tests(path, lines):
    """The lines above the module of tests, which is the last of a file."""
    above, tests, _ = path.read_text().partition(TESTS)
    end = above.count("\n") + 1 if tests else sys.maxsize
    return {number: count for number, count in lines.items() if number < end}


def in_ranges(numbers):
    """1, 2, 3, 7 as `1-3 7`."""
    ranges = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return " ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ranges)


def percent(run, of):
    return 100 * run / of if of else 100.0


def main(report, least):
    run = of = 0
    for path, lines in sorted(counts(Path(report)).items()):
        if not any(folder in path.parents for folder in SOURCES):
            continue
        lines = without_unit_tests(path, lines)
        missed = sorted(number for number, count in lines.items() if not count)
        run += len(lines) - len(missed)
        of += len(lines)
        share = percent(len(lines) - len(missed), len(lines))
        name = path.relative_to(TOP)
        print(f"{str(name):<48}{len(lines):>6}{share:>8.1f} %  {in_ranges(missed)}".rstrip())
    if not of:
        sys.exit("coverage: the report names no source of the crates")
    print(f"{'all':<48}{of:>6}{percent(run, of):>8.1f} %")
    if percent(run, of) < float(least):
        sys.exit(f"coverage: less than {least} % of the lines are run")


if __name__ == "__main__":
    main(*sys.argv[1:])
