"""Reads a JUnit XML file as CI systems do, and checks its shape and its numbers.

Usage: junit.py FILE. Prints the tests as lines: state, class, name, and what stands in it.
"""

import re
import sys
import xml.etree.ElementTree as ET

NUMBERS = {"tests", "failures", "errors", "skipped"}

# For each element: its attributes, and its children in the order of the common schema.
SHAPE = {
    "testsuites": (NUMBERS | {"name", "time"}, ["testsuite"]),
    "testsuite": (NUMBERS | {"name", "time", "timestamp"}, ["testcase"]),
    "testcase": ({"classname", "name", "time"}, ["skipped", "failure", "system-out"]),
    "skipped": ({"message"}, []),
    "failure": ({"type", "message"}, []),
    "system-out": (set(), []),
}


def check(element):
    attributes, children = SHAPE[element.tag]
    assert set(element.attrib) == attributes, (element.tag, element.attrib)
    tags = [child.tag for child in element]
    assert tags == sorted(tags, key=children.index), (element.tag, tags)
    for child in element:
        check(child)
    if element.tag in ("testsuites", "testsuite"):
        tests = list(element.iter("testcase"))
        for name, tag in (("failures", "failure"), ("skipped", "skipped"), ("errors", "error")):
            count = sum(test.find(tag) is not None for test in tests)
            assert int(element.get(name)) == count, (element.get("name"), name, count)
        assert int(element.get("tests")) == len(tests)
    if "time" in attributes:
        float(element.get("time"))
    if "timestamp" in attributes:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", element.get("timestamp"))


root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites"
check(root)
for test in root.iter("testcase"):
    found = [child for child in test if child.tag != "system-out"]
    state = found[0].tag if found else "passed"
    words = found[0].get("message") if found else ""
    print("\t".join([state, test.get("classname"), test.get("name"), " ".join(words.split())]))
