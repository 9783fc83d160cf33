"""`WebTestHttpd` as wptserve's embedders use it."""

import gc
import http.client
import logging
import os
import pickle
import socket
import ssl
import subprocess
import threading
import time
import unittest

from wireserve import _native
from wireserve.wptserve import handlers, routes, server
from wireserve.wptserve.config import ConfigBuilder
from wireserve.wptserve.request import Authentication
from wireserve.wptserve.router import Router, any_method

from support import DEADLINE, Case, ask, exchange, parts, read_to_end, run


def says(text):
    """A handler that answers with this text."""
    return handlers.handler(lambda request, response: text)


def run_and_forget(folder):
    """The port of a server to which nothing refers."""
    httpd = server.WebTestHttpd(port=0, doc_root=folder, routes=[("GET", "/", says("still here"))])
    httpd.start()
    return httpd.port


class Life(Case):
    def test_it_listens_before_it_is_started(self):
        httpd = server.WebTestHttpd(host="localhost", port=0, doc_root=self.folder,
                                    routes=[("GET", "/", says("late"))])
        self.addCleanup(httpd.stop)
        self.assertEqual((httpd.started, httpd.get_url("/a"), httpd.server_thread), (False, None, None))
        self.assertEqual(httpd.httpd.socket.getsockname(), ("127.0.0.1", httpd.port))
        self.assertEqual(httpd.httpd.server_address, ("127.0.0.1", httpd.port))
        self.assertEqual(httpd.httpd.server_port, httpd.port)
        with socket.create_connection(("127.0.0.1", httpd.port), timeout=DEADLINE) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            httpd.start()
            self.assertTrue(read_to_end(client).endswith(b"\r\n\r\nlate"))
        self.assertEqual(httpd.get_url("/a", query="b=1", fragment="c"),
                         "http://localhost:%d/a?b=1#c" % httpd.port)
        self.assertEqual((httpd.host, httpd.use_ssl, httpd.http2), ("localhost", False, False))
        httpd.stop()
        httpd.stop()
        self.assertEqual((httpd.started, httpd.httpd, httpd.get_url()), (False, None, None))
        with self.assertRaises(AttributeError):
            httpd.start()
        with self.assertRaises(ConnectionRefusedError):
            exchange(httpd.port, b"")

    def test_a_server_that_is_never_started_frees_its_port(self):
        httpd = server.WebTestHttpd(port=0, doc_root=self.folder)
        port = httpd.port
        httpd.stop()
        self.assertEqual(server.WebTestHttpd(port=port, doc_root=self.folder).port, port)

    def test_ports_in_use_and_what_is_refused(self):
        taken = self.serve()
        with self.assertLogs(level="CRITICAL") as logged, self.assertRaises(OSError):
            self.serve(port=taken.port)
        self.assertIn(str(taken.port), logged.output[0])
        for options in ({"http2": True}, {"server_cls": object}, {"handler_cls": object},
                        {"router_cls": object}, {"rewriter_cls": object}):
            with self.subTest(options), self.assertRaises(ValueError):
                self.serve(**options)
        with self.assertRaises(ValueError):
            self.serve(use_ssl=True, key_file=os.path.join(self.folder, "none"), certificate=self.folder)
        with self.assertRaises(TypeError):
            self.serve(use_ssl=True)

    def test_bind_address_and_names(self):
        self.assertEqual(ask(self.serve(bind_address=False).port, "/none")[0], 404)
        with self.assertRaises(socket.gaierror):
            self.serve(host="::1")

    def test_latency(self):
        def after_a_wait(port, path):
            start = time.monotonic()
            with self.assertLogs(level="WARNING"):
                answer = ask(port, path)
            self.assertGreaterEqual(time.monotonic() - start, 0.1)
            return answer

        for latency in (100, lambda: 100):
            httpd = self.serve(latency=latency, routes=[("GET", "/", says("slow"))])
            self.assertEqual(after_a_wait(httpd.port, "/")[2], b"slow")
            httpd.httpd.latency = None
            undelayed = ask(httpd.port, "/none")
            httpd.httpd.latency = latency
            delayed = after_a_wait(httpd.port, "/none")
            self.assertEqual((delayed[0], delayed[2]), (404, undelayed[2]))

    def test_its_thread_ends_when_it_is_stopped(self):
        httpd = self.serve()
        thread = httpd.server_thread
        self.assertTrue(thread.is_alive())
        stop = threading.Timer(0, httpd.stop)
        stop.start()
        thread.join(DEADLINE)
        self.assertFalse(thread.is_alive())
        stop.join(DEADLINE)
        self.assertIsNone(httpd.server_thread)

    def test_a_server_that_is_not_kept_answers(self):
        port = run_and_forget(self.folder)
        gc.collect()
        self.assertEqual(ask(port, "/")[2], b"still here")

    def test_without_a_doc_root(self):
        httpd = self.serve(doc_root=None, routes=[("GET", "/", says("a route")), *routes.routes])
        self.assertEqual(ask(httpd.port, "/")[2], b"a route")
        for path in ("/etc/hostname", "/null", "/a.py"):
            self.assertEqual(ask(httpd.port, path)[0], 404)

    def test_an_empty_host_is_all_addresses(self):
        httpd = self.serve(host="", routes=[("GET", "/", says("all"))])
        self.assertEqual(httpd.httpd.server_address[0], "0.0.0.0")
        self.assertEqual(ask(httpd.port, "/")[2], b"all")

    def certificate(self):
        """The files of a key and of a certificate for localhost."""
        key, certificate = self.write("key.pem", ""), self.write("certificate.pem", "")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
            check=True, stderr=subprocess.DEVNULL)
        return key, certificate

    def test_encrypt_after_connect(self):
        key, certificate = self.certificate()
        httpd = self.serve(use_ssl=True, key_file=key, certificate=certificate, encrypt_after_connect=True,
                           routes=[("GET", "/", says("within"))])
        client = http.client.HTTPSConnection(
            "127.0.0.1", httpd.port, context=ssl.create_default_context(cafile=certificate), timeout=DEADLINE)
        self.addCleanup(client.close)
        client.set_tunnel("localhost", 443)
        client.request("GET", "/")
        self.assertEqual(client.getresponse().read(), b"within")
        self.assertEqual(ask(httpd.port, "/")[2], b"within")

    def test_tls(self):
        key, certificate = self.certificate()
        httpd = self.serve(host="localhost", use_ssl=True, key_file=key, certificate=certificate,
                           routes=[("GET", "/", handlers.handler(lambda request, response: request.url))])
        self.assertTrue(httpd.get_url("/").startswith("https://localhost:"))
        context = ssl.create_default_context(cafile=certificate)
        # One client that sends nothing, and one that is gone at once.
        socket.create_connection(("127.0.0.1", httpd.port)).close()
        with socket.create_connection(("127.0.0.1", httpd.port)), \
                socket.create_connection(("127.0.0.1", httpd.port), timeout=DEADLINE) as client, \
                context.wrap_socket(client, server_hostname="localhost") as secured:
            secured.sendall(b"GET / HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n" % httpd.port)
            self.assertEqual(parts(read_to_end(secured))[2].decode(), "https://localhost:%d/" % httpd.port)


class Routing(Case):
    def test_routes_in_order(self):
        httpd = self.serve(routes=[("GET", "/a", says("first")), ("GET", "/a", says("second")),
                                   (any_method, "/any", says("any")), (["PUT", "POST"], "/two", says("two")),
                                   (b"GET", "/never", says("never"))])
        for method, path, status, body in (("GET", "/a", 200, b"first"), ("HEAD", "/a", 200, b""),
                                           ("DELETE", "/any", 200, b"any"), ("POST", "/two", 200, b"two"),
                                           ("GET", "/two", 404, None), ("GET", "/never", 404, None)):
            with self.subTest(path, method=method):
                answer = ask(httpd.port, path, method)
                self.assertEqual(answer[0], status)
                if body is not None:
                    self.assertEqual(answer[2], body)
        httpd.router.register("GET", "/a", says("third"))
        self.assertEqual(ask(httpd.port, "/a")[2], b"third")
        self.assertEqual([method for method, _, _ in httpd.router.routes][-1], "GET")
        # Programs change the list itself, too.
        del httpd.router.routes[-1]
        self.assertEqual(ask(httpd.port, "/a")[2], b"first")
        httpd.router.routes.clear()
        self.assertEqual(ask(httpd.port, "/a")[0], 404)

    def test_groups(self):
        def told(request, response):
            return repr(request.route_match)

        httpd = self.serve(routes=[("GET", "/api/{kind}/{name}.json/*", handlers.handler(told))])
        self.assertEqual(ask(httpd.port, "/api/a/b.json/c/d")[2],
                         repr({"kind": "a", "name": "b", "*": "c/d"}).encode())
        for pattern in ("*/{a}", "**", "{a"):
            with self.subTest(pattern), self.assertRaises((ValueError, AssertionError)):
                httpd.router.register("GET", pattern, says(""))

    def test_rewrites(self):
        httpd = self.serve(routes=[("*", "/to", handlers.handler(lambda request, response: request.url_parts.query))],
                           rewrites=[("GET", "/from", "/to")])
        self.assertEqual(ask(httpd.port, "/from?a=b")[2], b"a=b")
        self.assertEqual(ask(httpd.port, "/from", "POST")[0], 404)
        httpd.rewriter.register("*", "/later", "/to")
        self.assertEqual(ask(httpd.port, "/later?c", "POST")[2], b"c")
        httpd.rewriter.register(["GET", "POST"], "/both", "/to")
        self.assertEqual(ask(httpd.port, "/both?d", "POST")[2], b"d")
        self.assertEqual(ask(httpd.port, "/both?e")[2], b"e")
        self.assertEqual(ask(httpd.port, "/both?e", "PUT")[0], 404)

    def test_what_is_assigned_later_is_followed(self):
        sub = os.path.join(self.folder, "sub")
        self.write("sub/a.txt", "below")
        httpd = self.serve()
        port, router = httpd.port, httpd.router
        self.assertEqual(ask(port, "/a.txt")[0], 404)
        router.doc_root = sub
        self.assertEqual(ask(port, "/a.txt")[2], b"below")
        router.routes = [(method, expression, says("anew")) for method, expression, _ in router.routes]
        self.assertEqual(ask(port, "/a.txt")[2], b"anew")
        router.routes.clear()
        self.assertEqual(ask(port, "/a.txt")[0], 404)
        router.get_handler = lambda request: says("chosen")
        self.assertEqual(ask(port, "/a.txt")[2], b"chosen")
        del router.get_handler
        self.assertEqual(ask(port, "/a.txt")[0], 404)
        httpd.httpd.router = pickle.loads(pickle.dumps(Router(sub, routes.routes)))
        self.assertEqual(ask(port, "/a.txt")[2], b"below")
        router.register("GET", "/a.txt", says("no longer asked"))
        self.assertEqual(ask(port, "/a.txt")[2], b"below")
        httpd.rewriter.rules = {"/b.txt": (["GET"], "/a.txt")}
        self.assertEqual(ask(port, "/b.txt")[2], b"below")
        httpd.rewriter.rewrite = lambda request_handler: setattr(request_handler, "path", "/a.txt")
        self.assertEqual(ask(port, "/c.txt")[2], b"below")
        httpd.httpd.rewriter = server.RequestRewriter([("GET", "/d.txt", "/a.txt")])
        self.assertEqual(ask(port, "/d.txt")[2], b"below")
        self.assertEqual(ask(port, "/c.txt")[0], 404)

    def test_rewriters_see_the_request_and_change_its_method(self):
        class ByField(server.RequestRewriter):
            def rewrite(self, request_handler):
                host, port = request_handler.client_address
                if host == "127.0.0.1" and port > 0 and request_handler.headers["X-Method"]:
                    request_handler.command = request_handler.headers["X-Method"]

        told = handlers.handler(lambda request, response: request.method)
        httpd = self.serve(rewriter_cls=ByField, routes=[("PATCH", "/", told), ("GET", "/", says("plain"))])
        self.assertEqual(ask(httpd.port, "/")[2], b"plain")
        self.assertEqual(ask(httpd.port, "/", fields=["X-Method: PATCH"])[2], b"PATCH")

    def test_routers_that_choose_themselves(self):
        class Mine(Router):
            def get_handler(self, request):
                if request.url_parts.path == "/mine":
                    return says("mine")
                return super().get_handler(request)

        class Upwards(server.RequestRewriter):
            def rewrite(self, request_handler):
                request_handler.path = request_handler.path.replace("/down", "/mine")

        self.write("a.txt", "a file")
        httpd = self.serve(router_cls=Mine, rewriter_cls=Upwards)
        for path, body in (("/mine", b"mine"), ("/down", b"mine"), ("/a.txt", b"a file")):
            self.assertEqual(ask(httpd.port, path)[2], body)
        self.assertEqual(ask(httpd.port, "/none")[0], 404)

    def test_mounts_and_default_routes(self):
        self.write("inner/a.txt", "inner")
        self.write("a.py", "import beside_a\ndef main(request, response): return beside_a.TEXT")
        self.write("beside_a.py", "TEXT = 'imported'")
        with open(os.path.join(self.folder, "a.asis"), "wb") as file:
            file.write(b"HTTP/1.1 202 Whole\r\n\r\nas it is")
        inner = handlers.FileHandler(base_path=os.path.join(self.folder, "inner"), url_base="/in/")

        def told(request, response):
            response.content = "%s %s" % (request.doc_root, request.url_base)

        told.base_path, told.url_base = "/somewhere", "/told/"
        httpd = self.serve(routes=[("GET", "/in/*", inner), ("GET", "/told/*", told)] + routes.routes)
        self.assertEqual(ask(httpd.port, "/in/a.txt")[2], b"inner")
        self.assertEqual(ask(httpd.port, "/told/x")[2], b"/somewhere /told/")
        self.assertEqual(ask(httpd.port, "/a.py")[2], b"imported")
        self.assertEqual(ask(httpd.port, "/a.asis")[0], 202)
        self.assertEqual(ask(httpd.port, "/none.txt")[0], 404)
        self.assertIsInstance(routes.routes, list)
        self.assertEqual(str(handlers.FileHandler("/x", "/y/")), "<FileHandler base_path:/x url_base:/y/>")


class Handlers(Case):
    def serve_one(self, handler):
        return self.serve(routes=[("*", "*", handler)]).port

    def test_returned_values(self):
        for value, status, body in (
                ("text", 200, b"text"), (b"bytes", 200, b"bytes"), (([("A", "b")], "two"), 200, b"two"),
                ((202, [("A", "b")], "three"), 202, b"three"), (((203, "Reason"), [], "four"), 203, b"four"),
                ((1, 2, 3, 4), 500, None), (None, 200, b"")):
            with self.subTest(value):
                answer = ask(self.serve_one(handlers.handler(lambda request, response: value)), "/")
                self.assertEqual(answer[0], status)
                if body is not None:
                    self.assertEqual(answer[2], body)
        # Only `handler` looks at what a function returns.
        self.assertEqual(ask(self.serve_one(lambda request, response: "ignored"), "/")[2], b"")

    def test_failures(self):
        def fails(error):
            def handler(request, response):
                raise error
            return handler

        for wrap in (handlers.handler, lambda function: function):
            for error, status, named in ((ValueError("reason 1"), 500, b"reason 1"),
                                         (handlers.HTTPException(418, "reason 2"), 418, b"reason 2"),
                                         (OSError("reason 3"), 500, b"reason 3")):
                answer = ask(self.serve_one(wrap(fails(error))), "/")
                self.assertEqual(answer[0], status)
                self.assertIn(named, answer[2])

    def test_pipes_apply_once_and_to_returned_values_alone(self):
        port = self.serve_one(handlers.handler(lambda request, response: "0123456789"))
        self.assertEqual(ask(port, "/?pipe=slice(2,null)")[2], b"23456789")
        port = self.serve_one(handlers.json_handler(lambda request, response: {"a": 1}))
        self.assertEqual(ask(port, "/?pipe=slice(null,2)")[2], b'{"')

        def bare(request, response):
            response.content = "0123456789"

        self.assertEqual(ask(self.serve_one(bare), "/?pipe=slice(2,null)")[2], b"0123456789")
        self.assertEqual(ask(self.serve_one(handlers.handler(bare)), "/?pipe=slice(2,null)")[2], b"0123456789")
        port = self.serve_one(handlers.StringHandler("0123456789", "text/plain", X_A="b"))
        status, fields, body = ask(port, "/?pipe=slice(2,null)")
        self.assertEqual(body, b"23456789")
        self.assertIn((b"x-a", b"b"), fields)

    def test_built_in_handlers(self):
        self.write("a.html", "%(what)s")
        static = handlers.StaticHandler([os.path.join(self.folder, "a.html")], {"what": "filled in"}, "text/html")
        static = pickle.loads(pickle.dumps(static))
        self.assertEqual(ask(self.serve_one(static), "/")[2], b"filled in")
        self.assertEqual(ask(self.serve_one(handlers.ErrorHandler(410)), "/")[0], 410)
        port = self.serve_one(handlers.BasicAuthHandler(says("secret"), "user", "pass"))
        status, fields, _ = ask(port, "/")
        self.assertEqual((status, dict(fields)[b"www-authenticate"]), (401, b"Basic"))
        self.assertEqual(ask(port, "/", fields=["Authorization: Basic dXNlcjpwYXNz"])[2], b"secret")
        self.assertEqual(ask(port, "/", fields=["Authorization: Basic dXNlcjpwYXNT"])[0], 403)

        def credentials(request, response):
            auth = Authentication(request.headers)
            return b"%s %s" % (auth.username, auth.password)

        port = self.serve_one(handlers.handler(credentials))
        self.assertEqual(ask(port, "/", fields=["Authorization: Basic dXNlcjpwYXNz"])[2], b"user pass")

    def test_methods_that_close_over_self(self):
        class Server:
            def __init__(self):
                self.bodies = []

            def ping(self, request, response):
                self.bodies.append(request.body)
                return 200, [], str(len(self.bodies))

        own = Server()
        port = self.serve_one(handlers.handler(own.ping))
        self.assertEqual([ask(port, "/", "POST", body)[2] for body in (b"a", b"b")], [b"1", b"2"])
        self.assertEqual(own.bodies, [b"a", b"b"])

    def test_handlers_call_handlers(self):
        self.write("a.txt", "0123456789")
        self.write("a.txt.headers", "X-A: b\n")
        self.write("a.py", "def main(request, response): return 'of a script'")

        def longer(request, response):
            handlers.file_handler(request, response)
            content = b"".join(response.iter_content(read_file=True))
            response.content = content + b" and more"

        httpd = self.serve(routes=[("GET", "/a.txt", longer), ("GET", "*.py", handlers.PythonScriptHandler())])
        status, fields, body = ask(httpd.port, "/a.txt")
        self.assertEqual((status, body), (200, b"0123456789 and more"))
        self.assertEqual((dict(fields)[b"x-a"], dict(fields)[b"content-length"]), (b"b", b"19"))
        status, fields, body = ask(httpd.port, "/a.txt", fields=["Range: bytes=2-4"])
        self.assertEqual((status, body), (206, b"234 and more"))
        self.assertEqual(ask(httpd.port, "/a.py")[2], b"of a script")

    def test_scripts_import_wptserve(self):
        self.write("a.py", '''
            from wptserve.utils import HTTPException
            import wireserve.wptserve.utils

            def main(request, response):
                assert HTTPException is wireserve.wptserve.utils.HTTPException
                raise HTTPException(418)
        ''')
        self.assertEqual(ask(self.serve().port, "/a.py")[0], 418)
        # One that is installed stays what scripts import, and its exceptions are known.
        self.write("other/wptserve/__init__.py", "")
        self.write("other/wptserve/utils.py", '''
            class HTTPException(Exception):
                def __init__(self, code, message=""):
                    self.code = code
                    self.message = message
        ''')
        self.write("b.py", '''
            import wptserve.utils

            def main(request, response):
                raise wptserve.utils.HTTPException(419, wptserve.__file__)
        ''')
        output = run('''
            import sys
            sys.path.insert(0, sys.argv[1] + "/other")
            from wireserve.wptserve.server import WebTestHttpd
            import urllib.request, urllib.error
            server = WebTestHttpd(port=0, doc_root=sys.argv[1])
            server.start()
            try:
                urllib.request.urlopen(server.get_url("/b.py"))
            except urllib.error.HTTPError as error:
                print(error.code, error.read().decode())
        ''', self.folder)
        self.assertTrue(output.startswith("419 ") and "other/wptserve/__init__.py" in output, output)

    def test_the_writer_writes(self):
        def raw(request, response):
            response.writer.write_raw_content(b"not HTTP")
            response.close_connection = True

        self.assertEqual(exchange(self.serve_one(raw), b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), b"not HTTP")

    def test_many_fields_and_bytes_as_they_came(self):
        def shown(request, response):
            return b"%d %s" % (len(request.headers), request.headers.get("x-raw"))

        fields = ["X-%d: 1" % number for number in range(256)]
        answer = ask(self.serve_one(handlers.handler(shown)), "/", fields=[*fields, "X-Raw: \x83e\x83X"])
        self.assertEqual(answer[2], b"259 \x83e\x83X")

    def test_generators_and_threads(self):
        local = threading.local()

        def counted(request, response):
            local.count = getattr(local, "count", 0) + 1
            yield "%d" % local.count
            yield threading.current_thread().name.encode()[:5]

        port = self.serve_one(handlers.handler(counted))
        self.assertEqual(ask(port, "/")[2], b"1Dummy")


class Configuration(Case):
    def test_handlers_are_traced_as_in_new_threads(self):
        def called(frame, event, argument):
            seen.append((event, frame.f_code.co_name))

        def handler(request, response):
            return "traced"

        httpd = self.serve(routes=[("GET", "/", handlers.handler(handler))])
        for set_hook in (threading.settrace, threading.setprofile):
            self.addCleanup(set_hook, None)
            for hook in (None, called, None):
                seen = []
                set_hook(hook)
                self.assertEqual(ask(httpd.port, "/")[2], b"traced")
                self.assertEqual(("call", "handler") in seen, hook is called)

    def test_config(self):
        self.write("a.sub.txt", "{{host}} {{ports[http][0]}} {{domains[www]}}")

        def told(request, response):
            return "%s %s" % (request.server.config["ports"]["http"], request.server.config.browser_host)

        own = [("GET", "/told", handlers.handler(told))] + routes.routes
        httpd = self.serve(routes=own)
        self.assertEqual(ask(httpd.port, "/told")[2].decode(), "[%d] 127.0.0.1" % httpd.port)
        with ConfigBuilder(logging.getLogger(), browser_host="web.test", subdomains={"www"},
                           ports={"http": [8000, 8001]}) as config:
            httpd = self.serve(routes=own, config=config)
        self.assertEqual(ask(httpd.port, "/told")[2], b"[8000, 8001] web.test")
        self.assertEqual(ask(httpd.port, "/a.sub.txt")[2], b"web.test 8000 www.web.test")
        from wireserve.wptserve.request import Server

        self.assertIs(Server.config, config)


class Logging(Case):
    def test_records_reach_the_program(self):
        def fails(request, response):
            raise ValueError("a reason")

        httpd = self.serve(routes=[("GET", "/", fails)])
        with self.assertLogs("wireserve", "ERROR") as logged:
            self.assertEqual(ask(httpd.port, "/")[0], 500)
            deadline = time.monotonic() + DEADLINE
            while not logged.records and time.monotonic() < deadline:
                time.sleep(0.001)
        self.assertIn("ValueError: a reason", logged.output[0])
        # Those that the program does not want to see cost nothing, and the last ones are seen at exit.
        output = run('''
            import logging, sys, urllib.request, urllib.error
            logging.basicConfig(level=int(sys.argv[1]), stream=sys.stdout, format="%(levelname)s %(name)s")
            from wireserve.wptserve.server import WebTestHttpd
            server = WebTestHttpd(port=0, routes=[("GET", "/", lambda request, response: 1 / 0)])
            server.start()
            try:
                urllib.request.urlopen(server.get_url("/"))
            except urllib.error.HTTPError:
                pass
        ''', "40")
        self.assertEqual(output, "ERROR wireserve\n")


class Native(Case):
    def test_errors_name_what_was_found(self):
        native = _native.Server(doc_root=self.folder)
        for call, found in ((lambda: native.register("GET", "/{", print), "/{"),
                            (lambda: native.register("GET", "/", 3), "found 3"),
                            (lambda: native.stop(-1.0), "-1"),
                            (lambda: _native.Server(certificate="a"), "only one"),
                            (lambda: _native.Server(certificate="/no/a", key="/no/b"), "/no/a")):
            with self.subTest(found), self.assertRaises((ValueError, TypeError, OSError)) as raised:
                call()
            self.assertIn(found, str(raised.exception))
        native.stop()
        with self.assertRaisesRegex(RuntimeError, "stopped"):
            native.start()


if __name__ == "__main__":
    unittest.main()
