"""What counts as a difference from what is kept."""

import unittest

from test_kept import HANG, case
from verify import compare, verify

STATUS = case(findings=[("status", "expected status 200, found 103")])
KEPT = {
    "client": "client 1",
    "groups": {"VU": {"fail": 2}, "SL": {"pass": 1, "fail": 1}},
    "valid": {"VU-01": ["fail", "status", "other words"]},
}
SAME = [STATUS, case("SL-01", "pass"), case("SL-02", "fail")]


class Suite:
    """Plays the results in order, and the last ones again."""

    jobs = 1

    def __init__(self, name, *results):
        self.name = name
        self.results = list(results)

    def report(self, installed, options):
        cases = self.results.pop(0) if len(self.results) > 1 else self.results[0]
        return {"client": self.name, "cases": cases}


class Verify(unittest.TestCase):
    def test_the_same_is_no_difference(self):
        self.assertEqual(compare(SAME, KEPT), {})

    def test_differences(self):
        self.assertEqual(list(compare([case(verdict="pass"), *SAME[1:]], KEPT)), ["VU-01"])
        self.assertEqual(list(compare([STATUS | {"id": "VU-02"}], KEPT)), ["VU-02"])
        self.assertEqual(list(compare([SAME[1], SAME[1] | {"id": "SL-02"}], KEPT)), ["SL"])

    def test_new_cases_and_parts_of_groups_are_not_compared(self):
        self.assertEqual(compare([STATUS | {"id": "VU-03"}, case("SL-02", "fail")], KEPT), {})
        self.assertEqual(compare([HANG | {"id": "VU-02"}], KEPT), {})

    def test_a_difference_must_stay(self):
        other = [case(verdict="pass"), *SAME[1:]]
        self.assertEqual(verify(Suite("client 1", SAME), None, KEPT), ([], False))
        self.assertEqual(verify(Suite("client 1", other, SAME), None, KEPT), ([], False))
        lines, is_failure = verify(Suite("client 1", other), None, KEPT)
        self.assertTrue(is_failure)
        self.assertEqual(len(lines), 1)
        self.assertFalse(verify(Suite("client 2", other), None, KEPT)[1])

    def test_a_broken_protocol_is_a_failure(self):
        broken = case(verdict="inconclusive", findings=[("asked", "no JSON")], outcome={"ended": "broke-protocol"})
        self.assertTrue(verify(Suite("client 2", [broken]), None, KEPT)[1])
