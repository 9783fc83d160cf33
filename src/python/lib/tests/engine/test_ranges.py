"""The Range header: what it selects, and the texts of the errors that the client sees.

These tests need the native module: the server's own unit tests run them in its interpreter.
"""

import unittest

import support  # noqa: F401
from wptserve.ranges import Range, RangeParser
from wptserve.utils import HTTPException


class Ranges(unittest.TestCase):
    def test_of_ten_bytes(self):
        for header, expected in [
            (b"bytes=0-0", ["bytes 0-0/10"]),
            (b"bytes=5-,-2", ["bytes 5-9/10"]),
            (b"bytes=-", ["bytes 0-9/10"]),
            (b"bytes=-99", ["bytes 0-9/10"]),
            (b"bytes=7-99, 0-1,2-3", ["bytes 0-3/10", "bytes 7-9/10"]),
            (b"bytes=0-9,2-2,5-5", ["bytes 0-9/10", "bytes 5-5/10"]),
        ]:
            with self.subTest(header):
                ranges = RangeParser()(header, 10)
                self.assertEqual([item.header_value() for item in ranges], expected)

    def test_ranges_are_values(self):
        range = Range(2, 4, 10)
        self.assertEqual((range.lower, range.upper, range.file_size), (2, 5, 10))
        self.assertEqual(repr(range), "<Range 2-5>")
        self.assertEqual(Range(None, 3, 10), Range(7, None, 10))
        self.assertEqual(Range(None, None, 10), Range(0, 99, 10))
        self.assertNotEqual(range, Range(2, 5, 10))
        self.assertLess(range, Range(3, 3, 10))
        self.assertEqual(range.coalesce(Range(5, 6, 10)), [Range(2, 6, 10)])
        self.assertEqual(Range(8, 9, 10).coalesce(range), [range, Range(8, 9, 10)])
        self.assertEqual(RangeParser().coalesce_ranges([Range(5, 6, 10), range], 10),
                         [Range(2, 6, 10)])
        for bounds in ((10, None, 10), (3, 2, 10), (None, 0, 10)):
            with self.assertRaises(ValueError):
                Range(*bounds)

    def test_refused(self):
        for header, size, message in [
            (b"bytes=10-", 10, "(416, 'Bad range specifier 10-')"),
            (b"bytes=0-", 0, "(416, 'Bad range specifier 0-')"),
            (b"bytes=1-0", 10, "(416, 'Bad range specifier 1-0')"),
            (b"bytes=--1", 10, "(416, 'Bad range specifier --1')"),
            (b"Bytes=0-1", 10, "416"),
            (b"bytes=\xe9", 10, "(400, 'Non-ASCII range header value')"),
        ]:
            with self.subTest(header), self.assertRaises(HTTPException) as caught:
                RangeParser()(header, size)
            self.assertEqual(str(caught.exception), message)


if __name__ == "__main__":
    unittest.main()
