"""Which differences between two servers are excused."""

import contextlib
import io
import unittest

from exchanges import RESET, TOO_LONG, comparable
from handlers import BROKEN_OFF, NO_FORM, UNSENDABLE, departure, report

FINE = b"HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 2\r\n\r\nhi"
UNFINISHED = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\nhi"
BARE = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n"
NAMED = b'HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\r\n{"error": "None, expected bytes"}'
HEAD = NAMED.partition(b"{")[0]
FORM = b'HTTP/1.1 500 Internal Server Error\r\nContent-Length: 9\r\n\r\n{"error": "in FieldStorage"}'


def differs(expected, found):
    """Whether answers to the requests of one handler are reported, when two runs of `wpt serve` are equal."""
    runs = [{("a.py", number): answer for number, answer in enumerate(answers)} for answers in (expected, found)]
    with contextlib.redirect_stdout(io.StringIO()):
        return report([runs[0], runs[0]], runs[1])


class Comparison(unittest.TestCase):
    def test_names_of_servers_and_times_may_differ(self):
        self.assertFalse(differs([FINE], [FINE.replace(b"now", b"then")]))
        self.assertTrue(differs([FINE], [FINE.replace(b"hi", b"ho")]))
        self.assertTrue(differs([FINE], [FINE.replace(b"\r\n\r\n", b"\n\n")]))

    def test_only_pages_of_errors_are_compared_by_their_status(self):
        self.assertEqual(comparable(NAMED), comparable(HEAD))
        self.assertNotEqual(comparable(NAMED), comparable(NAMED.replace(b"500", b"503")))

    def test_a_hang_is_reported(self):
        self.assertTrue(differs([FINE], [TOO_LONG]))
        self.assertTrue(differs([FINE], [FINE + TOO_LONG]))

    def test_departures(self):
        self.assertEqual(departure(UNFINISHED, UNFINISHED + RESET), (BROKEN_OFF, True))
        self.assertEqual(departure(BARE, NAMED), (UNSENDABLE, True))
        self.assertEqual(departure(FORM, FINE), (NO_FORM, True))
        for expected, found in [(FINE, FINE + RESET), (FINE, NAMED), (FORM, TOO_LONG)]:
            self.assertEqual(departure(expected, found), (None, False))

    def test_a_head_alone_is_excused_by_another_response(self):
        self.assertTrue(differs([BARE], [HEAD]))
        self.assertFalse(differs([BARE, BARE], [NAMED, HEAD]))


if __name__ == "__main__":
    unittest.main()
