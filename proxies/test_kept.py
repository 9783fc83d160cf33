"""The publishing rule: what is counted, and what is shown."""

import json
import unittest

import page
from kept import CHECKS, COUNTED, RULES, difference, kept, kind, limit, plain
from table import PROXIES


def case(id="PM-01", verdict="fail", findings=(), **more):
    found = [{"rule": rule, "verdict": verdict, "text": text} for rule, text in findings]
    made = {"id": id, "group": id[:2], "title": "title", "verdict": verdict, "findings": found, "is_flaky": False}
    return made | {"outcome": {"ended": "complete"}} | more


SECRET = {
    "hang": [
        case(findings=[("ends", "the proxy hangs: 200")], outcome={"ended": "timed-out"}),
        case(findings=[("next", "the next request hangs")], next_outcome={"ended": "timed-out"}),
    ],
    "mix-up": [
        case(findings=[("next", "the next request was answered with 200, which is not its response")]),
        case(findings=[("repetition", "expected the request at most 1 times at the origin, found it 2 times")]),
    ],
    "next": [case(findings=[("next", "the next request fails: 502")])],
    "ambiguous": [case(findings=[("framing", "the request reached the origin with both framings")])],
    "incomplete": [
        case(findings=[("ends", "the origin's response was not complete, and reached the client complete")]),
        case(findings=[("request-content", "the request was not complete, and reached the origin complete")]),
    ],
    "accepts": [
        case("PQ-01", findings=[("forwarding", "the request reached the origin")]),
        case("PX-01", findings=[("status", "expected 502, found 200")]),
        case("PH-01", findings=[("request-fields", "expected no field x-hop")]),
        case("PM-14", findings=[("request-line", "expected the target")]),
    ],
}


class Kept(unittest.TestCase):
    def test_what_is_only_counted(self):
        self.assertEqual({*SECRET, "crash"}, set(COUNTED))
        for name, cases in SECRET.items():
            for one in cases:
                self.assertEqual(kind(one), name)
                self.assertIsNone(difference(one))

    def test_a_kept_result_names_none_of_them(self):
        # The same with a finding that may be shown besides.
        shown = {"rule": "fields", "verdict": "fail", "text": "expected the field via"}
        cases = [one | {"findings": [shown, *one["findings"]]} for kinds in SECRET.values() for one in kinds]
        data = kept(PROXIES[0], "1", cases, [])
        text = json.dumps(data)
        for one in cases:
            self.assertNotIn(one["id"], text)
        self.assertEqual(sum(data["counted"].values()), len(cases))
        for heading in page.valid([data]).splitlines()[2:]:
            self.fail(heading)

    def test_a_proxy_that_has_ended_shows_not_where(self):
        gone = case("PX-03", "inconclusive", [("asked", "cannot connect to the proxy: refused")])
        data = kept(PROXIES[0], "1", [case("PQ-01", "pass"), gone], [])
        self.assertEqual((data["counted"], list(data["groups"])), ({"crash": 1}, ["all"]))
        self.assertNotIn("PX", page.groups([data]))

    def test_what_is_shown(self):
        via = case("PV-01", findings=[("request-fields", "expected the field via at the origin, found no such field")])
        self.assertEqual(difference(via)[:2], ["fail", "request-fields"])
        self.assertIsNone(difference(via | {"is_flaky": True}))
        self.assertIsNone(difference(case("PV-01", "info", [("request-fields", "x")])))
        self.assertIsNone(difference(case("PV-01", findings=[("ends", "expected a complete response")])))
        data = kept(PROXIES[0], "1", [via], [])
        self.assertIn("| PV-01 | title | fail | expected the field via", page.valid([data]))

    def test_limits(self):
        one = {"limit": "head", "taken": 5, "beyond": {"reaction": "error"}, "unknown": None}
        self.assertEqual(limit(one), 5)
        self.assertEqual(limit(one | {"beyond": None}), "at least 5")
        self.assertEqual(limit(one | {"taken": None}), 0)
        for secret in [one | {"beyond": {"reaction": "hang"}}, one | {"unknown": "busy"}]:
            self.assertIsNone(limit(secret))

    def test_words_are_the_same_in_each_run(self):
        self.assertEqual(plain("/p/wsp0123456789abcdefq at 127.0.0.1:4711"), "/p/MARK at HOST")
        self.assertEqual(len(plain("x" * 1000)), 120)

    def test_the_table_is_consistent(self):
        self.assertEqual(len({proxy.name for proxy in PROXIES}), len(PROXIES))
        self.assertTrue(all(proxy.form in ("reverse", "forward") for proxy in PROXIES))
        self.assertTrue(CHECKS.match("PT-01") and not CHECKS.match("PV-01"))
        self.assertNotIn("next", RULES)


if __name__ == "__main__":
    unittest.main()
