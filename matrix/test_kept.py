"""The publishing rule: what is counted, and what is shown."""

import json
import unittest

import pages
from clients import CLIENTS
from kept import COUNTED, SHOWN, difference, kept, kind, limit, plain


def case(id="VU-01", verdict="fail", findings=(), outcome=None, next_outcome=None, clause="RFC 9110 §15"):
    found = [{"rule": rule, "verdict": verdict, "text": text} for rule, text in findings]
    made = {"id": id, "group": id[:2], "verdict": verdict, "findings": found, "clause": clause}
    made["outcome"] = outcome or {"ended": "complete"}
    return made | ({"next_outcome": next_outcome} if next_outcome else {})


HANG = case(findings=[("ends", "it hangs")], outcome={"ended": "timed-out"})
SECRET = {
    "hang": [
        HANG,
        case(
            findings=[("reaction", "error")],
            outcome={"ended": "failed", "error": {"kind": "E", "text": "read timed out"}},
        ),
        case(findings=[("next", "the next request hangs")], next_outcome={"ended": "timed-out"}),
    ],
    "crash": [case(findings=[("ends", "ended by signal 11")], outcome={"ended": "crashed"})],
    "mix-up": [
        case(findings=[("content", 'expected the content "hello", found "\\nhell"')]),
        case(findings=[("next", "answered with x, which is not its response")], next_outcome={"ended": "complete"}),
    ],
    "next": [case(findings=[("next", "the next request fails")], next_outcome={"ended": "failed"})],
    "incomplete": [
        case("VU-02", findings=[("reaction", "it must fail, and returned x")], clause="RFC 9112 §8"),
        case("VU-02", findings=[("content", "expected an error, since the response is incomplete, found x")]),
    ],
    "accepts": [case("VU-02", findings=[("reaction", "it must fail, and returned x")], clause="RFC 9112 §6.3")],
}


class Kept(unittest.TestCase):
    def test_what_is_only_counted(self):
        self.assertEqual(list(SECRET), list(COUNTED))
        for name, cases in SECRET.items():
            for one in cases:
                self.assertEqual(kind(one), name)
                self.assertIsNone(difference(one))

    def test_a_kept_result_names_none_of_them(self):
        # The same with a finding that may be shown besides.
        shown = {"rule": "status", "verdict": "fail", "text": "expected status 200, found 103"}
        cases = [
            one | {"findings": [shown, *one["findings"]], "id": "VU-77"} for kinds in SECRET.values() for one in kinds
        ]
        data = kept(CLIENTS[0], "client 1", ["client 1"], cases, [])
        self.assertNotIn("VU-77", json.dumps(data))
        self.assertEqual(sum(data["counted"].values()), len(cases))
        self.assertEqual(data["groups"], {"VU": {"fail": len(cases)}})

    def test_a_client_that_waits_by_choice_is_not_shown(self):
        waits = case(verdict="info", findings=[("ends", "it waited")], outcome={"ended": "timed-out"})
        self.assertIsNone(kind(waits))
        self.assertIsNone(difference(waits))

    def test_what_is_shown(self):
        status = case(findings=[("status", "expected status 200, found 103"), ("content", "")])
        self.assertEqual(difference(status), ["fail", "status", "expected status 200, found 103"])
        error = {"ended": "failed", "error": {"kind": "E", "text": "at 127.0.0.1:4711"}}
        failed = case(findings=[("reaction", "it must accept the response: error")], outcome=error)
        self.assertEqual(difference(failed), ["fail", "error", "E: at 127.0.0.1"])
        self.assertIsNone(difference(status | {"group": "SL"}))
        self.assertIsNone(difference(case(verdict="pass")))
        self.assertIsNone(difference(case(verdict="inconclusive", findings=[("asked", "")])))

    def test_limits(self):
        one = {"limit": "head", "taken": 5, "beyond": {"reaction": "error"}, "unknown": None}
        self.assertEqual(limit(one), 5)
        self.assertEqual(limit(one | {"beyond": None}), "at least 5")
        self.assertEqual(limit(one | {"taken": None}), 0)
        for secret in [one | {"beyond": {"reaction": "hang"}}, one | {"unknown": "busy"}]:
            self.assertIsNone(limit(secret))

    def test_words_are_the_same_in_each_run(self):
        self.assertEqual(plain("host='127.0.0.1', port=34103): x"), "host='127.0.0.1', port=N): x")
        self.assertEqual(plain("<o at 0x7f00aa>\n after 3001 ms"), "<o at 0xN> after N ms")
        self.assertEqual(len(plain("xy" * 1000)), 110)
        self.assertEqual(plain("b'" + "a" * 1000 + "'"), "b'aaa…'")

    def test_every_rule_has_words(self):
        self.assertEqual(set(pages.WORDS), {"error", *SHOWN})
