"""What programs use of wptserve's modules without a server of this package: requests and responses that they make
themselves, configurations, certificates, a shared stash, pipes.
"""

import io
import logging
import os
import pickle
import threading
import unittest
import urllib.request
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

from wireserve.wptserve import config, constants, handlers, logger, pipes, ranges, sslutils, stash, utils
from wireserve.wptserve.request import InputFile, MultiDict, Request, RequestHeaders, Server
from wireserve.wptserve.response import Response, ResponseHeaders, ResponseWriter

from support import DEADLINE, Case, ask, run


class Detached(Case):
    def handler_of(self, method="GET", path="/a/b?c=d&e=", body=b"", fields=()):
        """An `http.server` request handler, as far as it is asked."""
        headers = HTTPMessage()
        for name, value in fields:
            headers[name] = value
        if body:
            headers["Content-Length"] = str(len(body))
        made = mock.Mock(command=method, path=path, headers=headers, rfile=io.BytesIO(body), wfile=io.BytesIO(),
                         client_address=("127.0.0.1", 4), protocol_version="HTTP/1.1",
                         raw_requestline=b"GET / HTTP/1.1\r\n")
        made.server.router.doc_root = self.folder
        made.server.scheme = "http"
        made.server.server_address = ("localhost", "8000")
        made.version_string.return_value = "Mine"
        made.date_time_string.return_value = "Now"
        return made

    def test_requests(self):
        request = Request(self.handler_of(fields=[("Host", "web.test:81"), ("Cookie", "a=b"), ("X", "1"), ("X", "2")]))
        self.assertEqual((request.url, request.method, request.url_parts.port), ("http://web.test:81/a/b?c=d&e=", "GET", 81))
        self.assertEqual((request.GET.first(b"c"), request.GET.first(b"e")), (b"d", b""))
        self.assertEqual((request.cookies.first(b"a").value, request.headers["x"]), (b"b", b"1, 2"))
        self.assertEqual((request.auth.username, request.doc_root), (None, self.folder))
        request = Request(self.handler_of(path="/x"))
        self.assertEqual((request.url, type(request.url)), ("http://localhost:8000/x", str))
        self.assertEqual(Request(self.handler_of(path="http://else.test/x")).url, "http://else.test/x")
        form = b"a=b&a=c"
        request = Request(self.handler_of("POST", body=form))
        self.assertEqual((request.raw_input.read(3), request.body, request.raw_input.read()), (b"a=b", form, b"&a=c"))
        self.assertEqual(request.POST.get_list(b"a"), [b"b", b"c"])
        with request as same:
            self.assertIs(same, request)

    def test_headers_of_mocks(self):
        class Fields(dict):
            def getallmatchingheaders(self, name):
                values = dict.__getitem__(self, name)
                return ["%s: %s" % (name, value) for value in values]

            def __getitem__(self, name):
                return dict.__getitem__(self, name)[0]

        headers = RequestHeaders(Fields({"X-A": ["1"], "X-B": ["2", "3"]}))
        self.assertEqual((headers["x-a"], headers["X-B"], headers.get_list("x-b")), (b"1", b"2, 3", [b"2", b"3"]))
        self.assertEqual(headers.get("none", b"x"), b"x")

    def test_responses(self):
        made = self.handler_of()
        response = Response(made, Request(made))
        response.status = ("201", "Mine")
        response.headers.set("X-A", "b")
        response.set_cookie("a", "b")
        response.content = "häm"
        response.write()
        self.assertEqual(made.wfile.getvalue(), (
            "HTTP/1.1 201 Mine\r\nX-A: b\r\nSet-Cookie: a=b; Path=/\r\nServer: Mine\r\nDate: Now\r\n"
            "Content-Length: 4\r\n\r\nhäm").encode())
        self.assertIsInstance(response.headers, ResponseHeaders)
        for status, expected in ((404, (404, None)), ((200, 3), (200, "3")), (("5", b"x"), (5, b"x"))):
            response.status = status
            self.assertEqual(response.status, expected)
        with self.assertRaises(ValueError):
            response.status = (1, 2, 3)
        response.unset_cookie("a")
        self.assertNotIn("Set-Cookie", response.headers)
        response.set_error(404, "lost")
        self.assertIn('"message": "lost"', response.content)
        made = self.handler_of("HEAD")
        response = Response(made, Request(made))
        response.content = [b"a", lambda: b"b"]
        response.write()
        self.assertTrue(made.wfile.getvalue().endswith(b"\r\n\r\n") and response.close_connection)

        class Writer(ResponseWriter):
            def write_status(self, code, message=None):
                self.write("my status\r\n")
                self._status_written = True

        response = Response(made, Request(made), Writer)
        made.wfile = response.writer._wfile = io.BytesIO()
        response.writer.write_content("x")
        self.assertTrue(made.wfile.getvalue().startswith(b"my status\r\nServer: Mine\r\n"))

    def test_handlers_fill_in_responses_of_other_servers(self):
        self.write("a.txt", "0123456789")
        self.write("a.py", "def main(request, response): return 202, [], request.server.config['browser_host']")
        own, folder = self, self.folder

        class Own(BaseHTTPRequestHandler):
            def do_GET(self):
                request = Request(self)
                response = Response(self, request)
                handler = handlers.python_script_handler if request.url_parts.path.endswith(".py") else \
                    handlers.file_handler
                try:
                    handler(request, response)
                except handlers.HTTPException as error:
                    response.set_error(error.code, error.message)
                response.write()

            def log_message(self, *args):
                pass

        with HTTPServer(("127.0.0.1", 0), Own) as httpd:
            httpd.scheme = "http"
            httpd.router = mock.Mock(doc_root=folder)
            own.addCleanup(setattr, Server, "config", Server.config)
            Server.config = config.Config({"browser_host": "mine"})
            threading.Thread(target=httpd.serve_forever, daemon=True).start()
            for path, status, body in (("/a.txt", 200, b"0123456789"), ("/a.py", 202, b"mine"), ("/none", 404, None)):
                answer = ask(httpd.server_port, path)
                self.assertEqual(answer[0], status)
                if body is not None:
                    self.assertEqual(answer[2], body)
            answer = ask(httpd.server_port, "/a.txt", fields=["Range: bytes=1-2"])
            self.assertEqual((answer[0], answer[2]), (206, b"12"))
            httpd.shutdown()

    def test_instances(self):
        class Own(Request):
            def __init__(self):
                self.url = "mine"

        seen = []

        def told(request, response):
            seen.extend([isinstance(request, Request), isinstance(response, Response),
                         isinstance(response.writer, ResponseWriter), isinstance(request.raw_input, InputFile),
                         isinstance(response.headers, ResponseHeaders), isinstance(request.headers, RequestHeaders),
                         isinstance(request.server.stash, stash.Stash), isinstance(request.GET, MultiDict),
                         not isinstance(request, Own), not isinstance(request, Response)])

        ask(self.serve(routes=[("GET", "/", told)]).port, "/")
        self.assertEqual(seen, [True] * 10)
        self.assertIsInstance(Own(), Request)

    def test_input_files(self):
        text = b"first line\nsecond\n\nlast"
        for limit in (1 << 20, 10):
            with mock.patch.object(InputFile, "max_buffer_size", limit):
                whole = InputFile(io.BytesIO(text + b"of the next"), len(text))
                self.assertEqual((whole.read(5), whole.tell(), whole.read(), whole.read()), (text[:5], 5, text[5:], b""))
                whole.seek(0)
                self.assertEqual(list(whole), text.splitlines(True))
                for offset in (-1, len(text) + 1):
                    with self.assertRaises(ValueError):
                        whole.seek(offset)
                lines = InputFile(io.BytesIO(text), len(text))
                self.assertEqual(lines.readline(max_bytes=3), b"fir")
                lines.seek(15)
                lines.seek(6)
                self.assertEqual([lines.readline(), lines.readline(max_bytes=100), lines.readline(), next(lines)],
                                 [b"line\n", b"second\n", b"\n", b"last"])
                with self.assertRaises(StopIteration):
                    lines.next()
                lines.seek(0)
                self.assertEqual(lines.readlines(), text.splitlines(True))


class Configurations(Case):
    def builder(self, **options):
        return config.ConfigBuilder(logging.getLogger(), **options)

    def test_certificates(self):
        folder = os.path.join(self.folder, "certificates")
        own = self.builder(browser_host="web.test", ssl={"type": "openssl", "openssl": {"base_path": folder}},
                           ports={"http": [8000], "https": [8443], "wss": [8444]})
        with own as made:
            paths = made.ssl_config
            self.assertEqual(sorted(os.path.basename(str(paths[key])) for key in ("key_path", "cert_path", "ca_cert_path")),
                             ["cacert.pem", "web.test.key", "web.test.pem"])
            self.assertEqual(made.ports["https"], [8443])
            with self.assertRaises(ValueError):
                own.__enter__()
            httpd = self.serve(use_ssl=True, key_file=paths["key_path"], certificate=paths["cert_path"], config=made)
            import ssl

            context = ssl.create_default_context(cafile=paths["ca_cert_path"])
            context.check_hostname = False
            with urllib.request.urlopen("https://127.0.0.1:%d/" % httpd.port, context=context, timeout=DEADLINE) as got:
                self.assertEqual(got.status, 200)
        with self.builder(ssl={"type": "none"}, ports={"https": [1], "h2": [2]}) as made:
            self.assertEqual((made.ssl_config, dict(made.ports)), (None, {"h2": [2]}))
        with self.builder(ssl={"type": "pregenerated",
                               "pregenerated": {"host_key_path": "k", "host_cert_path": "c"}}) as made:
            self.assertEqual((made.ssl_config["key_path"], made.ssl_config["cert_path"]), ("k", "c"))
        with self.assertRaises(ValueError):
            sslutils.get_cls("none of these")

    def test_options(self):
        with self.assertRaisesRegex(TypeError, "'one'.*'two'"):
            self.builder(one=1, two=2)
        own = self.builder(browser_host="a.test")
        own.update({"ports": {"http": [1], "new": [2]}, "alternate_hosts": {}})
        self.assertEqual(own.ports, {"http": [1]})
        with self.assertRaises(KeyError):
            own.update({"unknown": 1})
        with self.assertLogs(level="WARNING") as logged:
            own.update({"external_host": "b.test"})
        self.assertIn("server_host", logged.output[0])
        own.not_subdomains = {"no"}
        with own as made:
            self.assertEqual((made.server_host, made.all_domains_set), ("b.test", {"a.test", "no.a.test"}))
            # A set may have another order once it has been pickled.
            self.assertEqual(dict(pickle.loads(pickle.dumps(made))), dict(made))
            self.assertIsInstance(made.as_dict()["all_domains_set"], list)
            for key in ("missing", "_data"):
                with self.assertRaises(ValueError):
                    made[key]

        class Shown(config.ConfigBuilder):
            _default = dict(config.ConfigBuilder._default, extra=1)
            computed_properties = [*config.ConfigBuilder.computed_properties, "twice"]

            def _get_twice(self, data):
                return data["extra"] * 2

        with Shown(extra=4) as made:
            self.assertEqual(made.twice, 8)

        class Changed(config.ConfigBuilder):
            _default = dict(config.ConfigBuilder._default, ports={"http": [8000]})

        # `wpt serve` decides on HTTP/2 when it has made a builder.
        changed = Changed()
        changed._default["ports"]["h2"] = [9000]
        changed.update({"ports": {"h2": [9001]}})
        with changed as made:
            self.assertEqual(dict(made.ports), {"http": [8000], "h2": [9001]})
        self.assertEqual(config._merge_dict({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}, "d": 4}), {"a": {"b": 3, "c": 2}})
        self.assertEqual(config._renamed_props["host"], "browser_host")


class Stashes(Case):
    KEY = "0123456789abcdef0123456789abcdef"

    def test_a_shared_stash(self):
        def keep(request, response):
            with request.server.stash.lock:
                request.server.stash.put(request.GET.first(b"id"), {"kept": [1]})
            return "kept"

        httpd = self.serve(routes=[("GET", "/path", handlers.handler(keep))])
        with stash.StashServer(None, authkey="a key"):
            self.assertEqual(ask(httpd.port, "/path?id=" + self.KEY)[2], b"kept")
            output = run("""
    from wireserve.wptserve import stash
    own = stash.Stash("/path", *stash.load_env_config())
    print(own.take(%r), own.take(%r))
    queue = own.get_queue()
    queue.put(3)
    print(queue.get(), own.default_path)
    own.put(%r, "of a child", "/other")
""" % (self.KEY, self.KEY, self.KEY))
            self.assertEqual(output, "{'kept': [1]} None\n3 /path\n")
            own = stash.Stash("/other", *stash.load_env_config())
            with self.assertRaises(stash.StashError):
                own.put(self.KEY, "again")
            self.assertEqual(own.take(self.KEY.encode()), "of a child")
            for key, value in ((self.KEY, None), ("no uuid", 1)):
                with self.assertRaises(ValueError):
                    own.put(key, value)
        self.assertEqual(stash.load_env_config(), (None, None))
        # Without a manager, the server keeps it.
        self.assertEqual(ask(httpd.port, "/path?id=" + self.KEY)[2], b"kept")
        self.assertEqual(ask(httpd.port, "/path?id=" + self.KEY)[0], 500)

    def test_two_threads_that_connect_at_once(self):
        with stash.StashServer(("127.0.0.1", 0), authkey=b"a key"):
            made = []
            connect = lambda: made.append(stash.Stash("/", *stash.load_env_config()))
            threads = [threading.Thread(target=connect) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(len({id(own.data) for own in made}), 1)


class Rest(Case):
    def test_pipes(self):
        @pipes.pipe(pipes.opt(int))
        def repeated(request, response, times=2):
            response.content = pipes.resolve_content(response) * times
            return response

        self.addCleanup(pipes.Pipeline.pipes.pop, "repeated")
        port = self.serve(routes=[("GET", "/", handlers.handler(lambda request, response: "ab"))]).port
        self.assertEqual(ask(port, "/?pipe=repeated(3)|slice(1,null)")[2], b"babab")
        tokenize = pipes.ReplacementTokenizer().tokenize
        for text, tokens in (
                (b"aaa", [("ident", "aaa")]), (b"$aaa: BBB", [("var", "$aaa")]),
                (b"$a:headers[x-y][0]", [("var", "$a"), ("ident", "headers"), ("index", "x-y"), ("index", 0)]),
                (b"f(a, b)", [("ident", "f"), ("arguments", ["a", "b"])]), (b"f()", [("ident", "f"), ("arguments", [])])):
            self.assertEqual(tokenize(text), tokens)

    def test_small_modules(self):
        self.assertFalse(utils.http2_compatible())
        self.assertFalse(utils.is_bad_port(utils.get_port()))
        self.assertEqual(constants.response_codes[404][0], "Not Found")
        self.assertEqual(constants.content_types["html"], "text/html")
        parsed = ranges.RangeParser()(b"bytes=1-2", 10)
        self.assertEqual([(part.lower, part.upper) for part in parsed], [(1, 3)])
        self.assertIs(logger.get_logger(), logging.getLogger())
        logger.set_logger(logging.getLogger())
        with self.assertRaises(Exception):
            logger.set_logger(logging.getLogger())
        self.assertEqual(repr(pickle.loads(pickle.dumps(handlers.file_handler))), repr(handlers.file_handler))


if __name__ == "__main__":
    unittest.main()
