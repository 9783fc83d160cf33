"""The texts that the server asks Python for, byte for byte."""

import unittest
from datetime import datetime, timedelta

import support  # noqa: F401
from wptserve.response import (
    MultipartContent, cookie_header, error_body, server_error, without_cookie)
from wptserve.utils import HTTPException


class SetCookie(unittest.TestCase):
    def test_values(self):
        date = datetime(2026, 11, 22, 0, 27, 42)
        for args, kwargs, expected in [
            ((b"a", b"1"), {}, "a=1; Path=/"),
            (("a", "b c"), {"path": None}, "a=b c"),
            ((b"a", b"b c"),
             dict(domain="x.y", expires=date, httponly=True, max_age=5, secure=True),
             "a=b c; Domain=x.y; expires=22 nov 2026 00:27:42 GMT; HttpOnly; Max-Age=5; Path=/;"
             " Secure"),
            ((b"a", b"1"), {"samesite": "Lax", "max_age": timedelta(minutes=1)},
             "a=1; Max-Age=60; Path=/; SameSite=Lax"),
        ]:
            with self.subTest(expected):
                self.assertEqual(cookie_header(*args, **kwargs), expected)

    def test_deleted(self):
        self.assertRegex(
            cookie_header(b"a", None),
            r"^a=; expires=\d\d [a-z]{3} \d{4} .* GMT; Max-Age=0; Path=/$")

    def test_unset(self):
        values = [b"a=1; Path=/", "b=2", b"a", b"ab=a=1"]
        self.assertEqual(without_cookie(values, "a"), ["b=2", b"ab=a=1"])
        self.assertEqual(without_cookie(values, b"c"), values)


class Errors(unittest.TestCase):
    def test_body(self):
        self.assertEqual(
            error_body(404, str(HTTPException(404))), '{"error": {"code": 404, "message": "404"}}')
        self.assertEqual(str(HTTPException(416, "x")), "(416, 'x')")
        self.assertEqual(str(HTTPException(400, message="x")), "400")

    def test_text(self):
        start = "Internal server error loading http://h/:\n  "
        self.assertEqual(server_error("oh", "http://h/", False), start + "oh")
        self.assertEqual(server_error(None, "http://h/", False), start + "<no traceback>")

    def test_exception(self):
        def broken():
            raise KeyError("k")

        try:
            broken()
        except KeyError as caught:
            error = caught
        text = server_error(error, "http://h/", False)
        self.assertIn("\n  Traceback (most recent call last):\n    File ", text)
        self.assertTrue(text.endswith("raise KeyError(\"k\")\n  KeyError: 'k'\n"), text)
        short = server_error(error, "http://h/", True)
        self.assertRegex(short, r'\n  File ".*", line \d+ in broken \(traceback suppressed\)$')


class Multipart(unittest.TestCase):
    def test_bytes(self):
        content = MultipartContent("B", b"a/b")
        content.append_part(b"1", headers=[("Content-Range", "bytes 0-0/2")])
        content.append_part(b"2", None, [("content-type", "c/d")])
        (body,) = content
        self.assertEqual(
            body(),
            b"\r\n--B\r\nContent-Type: a/b\r\nContent-Range: bytes 0-0/2\r\n\r\n1"
            b"\r\n--B\r\ncontent-type: c/d\r\n\r\n2\r\n--B--")


if __name__ == "__main__":
    unittest.main()
