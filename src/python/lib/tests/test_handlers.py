"""What handler objects do to a response, and which exceptions they let through."""

import os
import tempfile
import unittest

from support import Request, Response
from wptserve import handlers
from wptserve.utils import HTTPException


class Handlers(unittest.TestCase):
    def served(self, handler, request=None):
        response = Response(b"before")
        self.assertIsNone(handler(request or Request(), response))
        return response

    def returning(self, value, kind=handlers.handler):
        response = self.served(kind(lambda request, response: value))
        return response.status, list(response.headers), response.content

    def test_function(self):
        for value, expected in [
            (None, (200, [], b"before")),
            ("x", (200, [], "x")),
            ([b"x"], (200, [], [b"x"])),
            (([("A", 1), ["a", "2"]], b"x"), (200, [(b"A", b"1"), (b"a", b"2")], b"x")),
            (((404, "no"), (), b"x"), ((404, "no"), [], b"x")),
        ]:
            with self.subTest(value=value):
                self.assertEqual(self.returning(value), expected)

    def test_tuple_of_another_length(self):
        with self.assertRaises(HTTPException) as caught:
            self.returning((1, 2, 3, 4))
        self.assertEqual(caught.exception.code, 500)

    def test_exceptions(self):
        def broken(request, response):
            raise error

        for error, code, cause in [(KeyError("k"), 500, KeyError), (HTTPException(400), 400, None)]:
            with self.assertRaises(HTTPException) as caught:
                handlers.handler(broken)(None, None)
            self.assertEqual(caught.exception.code, code)
            if cause:
                self.assertIs(caught.exception.__cause__, error)

    def test_json(self):
        fields = [(b"Content-Type", b"application/json"), (b"Content-Length", b"8")]
        self.assertEqual(
            self.returning("\xe9", handlers.json_handler), (200, fields, '"\\u00e9"'))
        value = 201, [("A", "1")], [1, {}]
        status, headers, content = self.returning(value, handlers.json_handler)
        self.assertEqual((status, headers[-1], content), (201, (b"A", b"1"), "[1, {}]"))

    def test_string_and_static(self):
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, "f")
            with open(path, "w", encoding="utf-8") as file:
                file.write("<%(a)s\xe9>")
            for handler, content in [
                (handlers.StringHandler("d", "text/x", X_Y="1"), "d"),
                (handlers.StaticHandler(path, {"a": 1}, "text/x", X_Y="1"), "<1\xe9>"),
                (handlers.StaticHandler([path, path], {}, "text/x", X_Y="1"), "<%(a)s\xe9>" * 2),
            ]:
                response = self.served(handler)
                self.assertEqual(response.content, content)
                self.assertEqual(
                    list(response.headers), [(b"Content-Type", b"text/x"), (b"X-Y", b"1")])

    def test_error(self):
        self.assertEqual(self.served(handlers.ErrorHandler(404)).error, (404, None))

    def test_basic_auth(self):
        guarded = handlers.BasicAuthHandler(handlers.handler(lambda *_: b"in"), "u", "p")
        self.assertEqual(self.served(guarded).status, 401)
        for credentials, content in [(b"dTpw", b"in"), (b"dTpx", b"before")]:
            request = Request(headers=[("Authorization", b"Basic " + credentials)])
            self.assertEqual(self.served(guarded, request).content, content)


class Paths(unittest.TestCase):
    def test_filesystem_path(self):
        for target, base, url_base, expected in [
            ("/a%20b/c?d", None, "/", "/site/a b/c"),
            ("/a/b", "/other/", "/a/", "/other/b"),
            ("/a/", None, "/", "/site/a/"),
            ("/a..txt", None, "/", None),
            ("/%2e%2e/x", None, "/", None),
            ("/%2Fetc", None, "/", None),
        ]:
            with self.subTest(target):
                request = Request(target, doc_root="/site")
                if expected is None:
                    with self.assertRaises(HTTPException):
                        handlers.filesystem_path(base, request, url_base)
                else:
                    path = handlers.filesystem_path(base, request, url_base)
                    self.assertEqual(path, expected)

    def test_content_type(self):
        for path, expected in [("a.b/x.html", "text/html"), ("x.HTML", None), ("js", None)]:
            self.assertEqual(
                handlers.guess_content_type(path), expected or "application/octet-stream")


if __name__ == "__main__":
    unittest.main()
