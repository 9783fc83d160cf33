"""Pipes and templates as scripts call them.

These tests need the native module: the server's own unit tests run them in its interpreter.
"""

import gzip
import os
import tempfile
import time
import unittest

from support import Request, Response
from wptserve import pipes
from wptserve.config import ConfigBuilder
from wptserve.logger import get_logger
from wptserve.pipes import Pipeline, PipeTokenizer
from wptserve.template import template

with ConfigBuilder(get_logger(), {"www"}, doc_root="/", browser_host="host.test",
                   ports={"http": [8000, 8001]}, alternate_hosts={"alt": "alt.test"}) as CONFIG:
    pass


class Syntax(unittest.TestCase):
    def test_tokens(self):
        for text, expected in [
            ("", []),
            ("a", ["a"]),
            ("a(b, c)|d()", ["a", ("b",), (" c",), "d", ("",)]),
            ("||a(x", ["a", ("x",)]),
            (r"a(\n\,\)\\\x)b", ["a", ("\n,)\\x",), "b"]),
        ]:
            with self.subTest(text):
                tokens = list(PipeTokenizer().tokenize(text))
                self.assertIsNone(tokens.pop())
                found = [text if kind == "function" else (text,) for kind, text in tokens]
                self.assertEqual(found, expected)

    def test_refused(self):
        for text in ("tricle(1)", "status", "status(a)", "header(a,b,maybe)", "slice(1,2,3)",
                     "trickle(d1:d1)", "trickle(-1)", "trickle(d-1)", "trickle(dnan)", "trickle(1:r1)", "trickle()", "a(\\",
                     r"header(A,b\r\nC: d)", r"header(A,b\n)", r"header(A\r,b)"):
            with self.subTest(text), self.assertRaises((KeyError, ValueError)):
                Pipeline(text)(None, Response(b"0123456789"))


class Pipes(unittest.TestCase):
    def piped(self, text, content=b"0123456789"):
        return Pipeline(text)(None, Response(content))

    def test_status_and_header(self):
        response = self.piped("status(404)|header(A,1)|header(a,2,true)|header(B,3)|header(b,4)")
        self.assertEqual(response.status, 404)
        self.assertEqual(list(response.headers), [(b"A", b"1"), (b"a", b"2"), (b"b", b"4")])

    def test_slice_and_gzip(self):
        self.assertEqual(self.piped("slice(-3)").content, b"789")
        response = self.piped("slice(null,4)|gzip")
        self.assertEqual(gzip.decompress(response.content), b"0123")
        self.assertIn((b"Content-Length", b"%d" % len(response.content)), list(response.headers))

    def test_trickle(self):
        for delays, pause, expected in [
            ("d.02:3", 0.02, [b"012", b"3456789"]),
            ("4:d0.02:r2", 0.06, [b"0123", b"4567", b"89"]),
            ("1:d.02:3:r2", 0.06, [b"0", b"123", b"456", b"789"]),
            # The reference never ends.
            ("r2", 0, [b"0123456789"]),
        ]:
            with self.subTest(delays):
                start = time.monotonic()
                pieces = list(self.piped("trickle(%s)" % delays).content)
                self.assertEqual(pieces, expected)
                self.assertGreaterEqual(time.monotonic() - start, pause)

    def test_the_content_of_a_trickle_can_be_piped(self):
        self.assertEqual(self.piped("trickle(2:d0.01:r2)|slice(1,-1)").content, b"12345678")

    def test_values_as_arguments(self):
        response = Response(b"0123456789")
        for change, expected in [
            (lambda: pipes.slice(None, response, 1), b"123456789"),
            (lambda: pipes.slice(None, response, None, -1), b"12345678"),
            (lambda: pipes.header(None, response, b"A", "b", append=1), b"12345678"),
            (lambda: pipes.header(None, response, "A", 5, True), b"12345678"),
            (lambda: pipes.status(None, response, (404, "Ham")), b"12345678"),
            (lambda: pipes.sub(None, response, escape_type=None), b"12345678"),
        ]:
            self.assertIs(change(), response)
            self.assertEqual(response.content, expected)
        self.assertEqual(list(response.headers)[-2:], [(b"A", b"b"), (b"A", b"5")])
        self.assertEqual(response.status, (404, "Ham"))

    def test_only_content_in_memory_may_be_large(self):
        piece = b"x" * (1 << 20)
        with self.assertRaisesRegex(ValueError, "64 MiB"):
            pipes.resolve_content(Response(piece for _ in range(65)))
        large = piece * 65
        self.assertEqual(len(pipes.resolve_content(Response(large))), len(large))

    def test_pipes_that_users_define(self):
        @pipes.pipe(str)
        def shout(request, response, mark):
            response.content = pipes.resolve_content(response).upper() + mark.encode()
            return response

        try:
            response = Pipeline("slice(1)|shout(!)|slice(0,2)")(None, Response(b"ham"))
            self.assertEqual(response.content, b"AM")
            with self.assertRaises(ValueError):
                Pipeline("shout")(None, response)
        finally:
            del Pipeline.pipes["shout"]
        with self.assertRaises(ValueError):
            pipes.pipe(pipes.opt(str), str)

    def test_trickle_headers(self):
        names = [name for name, _ in self.piped("trickle(d1)").headers]
        self.assertEqual(names, [b"Cache-Control", b"Pragma", b"Expires"])
        self.assertEqual(len(list(self.piped("header(pragma,x)|trickle(d1)").headers)), 1)


class Templates(unittest.TestCase):
    def request(self, **options):
        return Request("/a/b?q=%3C<&n=1", headers=[("X-Y", "v")], config=CONFIG, **options)

    def test_values(self):
        for text, expected in [
            (b"{{host}} {{browser_host}}", b"host.test host.test"),
            (b"{{domains[www]}} {{hosts[alt][www]}} {{hosts[][]}}",
             b"www.host.test www.alt.test host.test"),
            (b"{{ports[http][1]}} {{location[port]}}", b"8001 8000"),
            (b"{{location[server]}}{{location[path]}}{{location[query]}}",
             b"http://host.test:8000/a/b?q=%3C&lt;&amp;n=1"),
            (b"{{GET[q]}}{{GET[none]}}", b"%3C&lt;"),
            (b"{{headers[x-y]}}{{header_or_default(Z,  <>)}}", b"v&lt;&gt;"),
            (b"{{$a:host}} {{$a}} {{host ignored}}", b"host.test host.test host.test"),
            (b"{{fs_path(c)}} {{fs_path(/c)}}", b"/a/c /c"),
            (b"{{x", b"{{x"),
        ]:
            with self.subTest(text):
                self.assertEqual(template(self.request(), text), expected)

    def test_none_escape(self):
        response = Response(b"{{GET[q]}}")
        self.assertIs(pipes.sub(self.request(), response, "none"), response)
        self.assertEqual(response.content, b"%3C<")

    def test_uuid(self):
        once, again = template(self.request(), b"{{$id:uuid()}} {{$id}}").split()
        self.assertEqual(once, again)
        self.assertEqual(len(once), 36)

    def test_file_hash(self):
        with tempfile.TemporaryDirectory() as root:
            with open(os.path.join(root, "f"), "wb") as file:
                file.write(b"hello")
            request = self.request(doc_root=root)
            self.assertEqual(
                template(request, b"{{file_hash(md5, f)}}"), b"XUFAKrxLKna5cZ2REBfFkg==")
            os.mkfifo(os.path.join(root, "fifo"))
            os.mkdir(os.path.join(root, "folder"))
            for unreadable in (b"g", b"fifo", b"folder"):
                with self.assertRaises(ValueError):
                    template(request, b"{{file_hash(md5, %s)}}" % unreadable)
            for outside in (b"/etc/passwd", b"../f", root.encode() + b"x"):
                with self.assertRaises(ValueError):
                    template(request, b"{{file_hash(md5, %s)}}" % outside)

    def test_a_template_of_templates_ends(self):
        text = b"{{headers[x]}}"
        request = Request("/", headers=[("X", text * 1000)], config=CONFIG)
        with self.assertRaises(ValueError):
            for _ in range(9):
                text = template(request, text, "none")

    def test_exceptions_of_the_request_come_through(self):
        request = self.request()
        request.server.config = None
        with self.assertRaises(TypeError):
            template(request, b"{{host}}")
        request = self.request()
        del request.url_parts
        with self.assertRaises(AttributeError):
            template(request, b"{{$a:headers[x-y]}}{{fs_path(a)}}{{GET[a]}}{{location[host]}}")

    def test_refused(self):
        for text in (b"{{}}", b"{{ host}}", b"{{nope}}", b"{{headers[z]}}", b"{{domains[z]}}",
                     b"{{ports[ws][0]}}", b"{{ports}}", b"{{host()}}", b"{{host$a}}",
                     b"{{fs_path(/../c)}}{{fs_path(../../../c)}}{{uuid}}"):
            with self.subTest(text), self.assertRaises((LookupError, TypeError, ValueError)):
                template(self.request(), text)


if __name__ == "__main__":
    unittest.main()
