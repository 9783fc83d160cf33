"""`wireserve.serve`: answers, routes, faults, requests and expectations of a server in the program's process."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import unittest

import wireserve
from support import DEADLINE, Case, ask, exchange, parts, read_to_end, run


class Serving(Case):
    def server(self, *arguments, **options):
        server = wireserve.serve(*arguments, **options)
        self.addCleanup(server.stop)
        return server

    def get(self, url, method="GET", body=b"", fields=()):
        """Status, fields as a dict, and body of the response."""
        rest = url[len("http://"):]
        address, _, path = rest.partition("/")
        status, found, content = ask(int(address.rpartition(":")[2]), "/" + path, method, body, fields)
        return status, {name.decode(): value.decode() for name, value in found}, content


class Answers(Serving):
    def test_values(self):
        server = self.server()
        path = self.write("a.css", "p {}")
        for value, status, media_type, body in [
                (None, 200, None, b""),
                (503, 503, None, b""),
                ("tëxt", 200, "text/plain; charset=utf-8", "tëxt".encode()),
                (b"\x00", 200, "application/octet-stream", b"\x00"),
                ({"a": 1}, 200, "application/json", b'{"a": 1}'),
                ([1], 200, "application/json", b"[1]"),
                (pathlib.Path(path), 200, "text/css", b"p {}"),
                ((201, "made"), 201, "text/plain; charset=utf-8", b"made"),
                ((404, {"Content-Type": "text/x"}, b"none"), 404, "text/x", b"none"),
                ((200, [("X-A", "1"), ("X-A", 2)], None), 200, None, b""),
                ((203, {"X-A": b"b"}, pathlib.Path(path)), 203, "text/css", b"p {}"),
                (wireserve.answer("a", status=299, reason="Odd", fields={"Content-Type": "text/y"}), 299, "text/y", b"a"),
                (wireserve.answer(json=None), 200, "application/json", b"null"),
                (wireserve.answer(file=path, fields={"Content-Type": "text/z"}), 200, "text/z", b"p {}"),
                (wireserve.raw("HTTP/1.1 222 Raw\r\n\r\nraw"), 222, None, b"raw"),
                (wireserve.script('send "HTTP/1.1 233 S\r\n\r\n"', "close"), 233, None, b""),
        ]:
            for answerer in (value, lambda request, value=value: value):
                with self.subTest(value=value):
                    found = self.get(server.answers(answerer))
                    self.assertEqual((found[0], found[1].get("content-type"), found[2]), (status, media_type, body))
        server.get("/odd", wireserve.answer(status=299, reason="Odd"))
        port = int(server.url.rpartition(":")[2])
        self.assertIn(b"HTTP/1.1 299 Odd\r\n", exchange(port, b"GET /odd HTTP/1.0\r\n\r\n"))

    def test_mistakes_are_reported_where_they_are_made(self):
        server = self.server()
        for wrong, error, text in [
                (lambda: server.get("/a"), TypeError, "at least one answer"),
                (lambda: server.get("/a", True), TypeError, "expected None, a status"),
                (lambda: server.get("/a", 1.5), TypeError, "expected None, a status"),
                (lambda: server.get("/a", (1, 2, 3, 4)), TypeError, "(status, fields, content)"),
                (lambda: server.get("/a", ("200", "x")), TypeError, "expected a status"),
                (lambda: server.get("/a", 100), ValueError, "from 200 to 999"),
                (lambda: server.get("/{a", "x"), ValueError, "/{a"),
                (lambda: server.on("G T", "/", "x"), ValueError, "G T"),
                (lambda: server.get("/{a}", "x").url, ValueError, "url_for"),
                (lambda: server.get("/a", "x").times(0), ValueError, "at least 1"),
                (lambda: server.get("/a", "x").expect(least=2, most=1), ValueError, "found 2 and 1"),
                (lambda: server.get("/a", "x").expect(1, most=2), TypeError, "found both"),
                (lambda: server.get("/a", "x").expect(-1), ValueError, "from 0 to 2**64 - 1, found -1"),
                (lambda: server.get("/a", "x").times(1.0), TypeError, "expected the count as a whole number, found 1.0"),
                (lambda: server.reset_after(2 ** 64), ValueError, "expected the bytes from 0 to"),
                (lambda: server.get("/a", (200, "A: b", "x")), TypeError, "expected the fields as a mapping"),
                (lambda: server.script("sned"), ValueError, "line 1"),
                (lambda: server.delay(-1), ValueError, "-1"),
                (lambda: wireserve.answer("a", json=1), TypeError, "found several"),
                (lambda: wireserve.answer(1), TypeError, "`json` takes other values"),
                (lambda: wireserve.answer("a", fields={"A": None}), TypeError, "found None"),
                (lambda: wireserve.answer(file=self.folder), OSError, "expected a file"),
                (lambda: wireserve.serve(self.folder + "/none"), NotADirectoryError, "expected a folder"),
                (lambda: server.https, RuntimeError, "https=True"),
                (lambda: server.ssl_context, RuntimeError, "https=True"),
                (lambda: next(server.fuzz(["x"])), ValueError, "expected a seed"),
        ]:
            with self.subTest(text=text), self.assertRaises(error) as raised:
                wrong()
            self.assertIn(text, str(raised.exception))

        async def handler(request):
            return "x"

        with self.assertRaisesRegex(TypeError, "coroutine function"):
            server.get("/a", handler)

    def test_answers_are_given_in_turn(self):
        server = self.server()
        url = server.answers(503, lambda request: (200, request.path), "last")
        self.assertIsInstance(url, str)
        found = [self.get(url)[::2] for _ in range(4)]
        self.assertEqual(found, [(503, b""), (200, b"/1"), (200, b"last"), (200, b"last")])
        route = server.get("/twice", "a").times(2).then("b").times(1)
        self.assertEqual([self.get(route.url)[::2] for _ in range(3)], [(200, b"a"), (200, b"a"), (200, b"b")])
        status, _, fault = self.get(route.url)
        self.assertEqual((status, json.loads(fault)["error"]["message"]),
                         (404, "no route takes GET /twice\nGET /twice: it has answered as many requests as it can"))
        route.enqueue("c", "d")
        server.enqueue(500)
        self.assertEqual([self.get(route.url)[::2] for _ in range(3)], [(500, b""), (200, b"c"), (200, b"d")])
        self.assertEqual(route.taken, 5)

    def test_control_characters_in_quotes_are_data(self):
        server = self.server()
        url = server.script('# it\'s "open\nsend "HTTP/1.1 200 OK\r\n"\n     "X: \t\\"\x01\r\n\r\n" "a"\nclose')
        status, fields, body = self.get(url)
        self.assertEqual((status, fields["x"], body), (200, '\t"\x01', b"a"))

    def test_a_folder_answers_what_no_route_takes(self):
        self.write("page.html", "<p>")
        self.write("beside_it.py", "TEXT = 'hello'")
        self.write("hello.py", "import beside_it\ndef main(request, response):\n    return beside_it.TEXT\n")
        before = sys.path[:]
        with self.server(os.path.relpath(self.folder)) as server:
            self.assertEqual(sys.path, [*before, self.folder])
            server.get("/route", "route")
            self.assertEqual(self.get(server.url_for("/page.html"))[2], b"<p>")
            self.assertEqual(self.get(server.url_for("hello.py"))[2], b"hello")
            self.assertEqual(self.get(server.url + "/route")[2], b"route")
            self.assertEqual(self.get(server.url + "/none")[0], 404)
            self.assertEqual([request.path for request in server.unmatched], ["/none"])
        self.assertEqual(sys.path, before)


class Functions(Serving):
    def test_what_they_see(self):
        server = self.server()
        seen = []

        @server.handler("/items/{name}/*", method="POST")
        def handler(request):
            seen.append((
                request.method, request.target, request.path, list(request.query), request.query.all("a"),
                request.params, request.fields["x-tEST"], request.fields.get("X-None", "none"), "host" in request.fields,
                request.body, request.text, dict(request.form), request.scheme, request.connection, request.ordinal,
                request.problems, request.is_matched, repr(request)))
            return 204

        status, _, _ = self.get(server.url + "/items/a%20b/c/d?a=1&b=%32&a=3", "POST", b"x=1&y=a+b", ["X-Test:  v "])
        self.assertEqual(status, 204)
        target = "/items/a%20b/c/d?a=1&b=%32&a=3"
        self.assertEqual(seen, [(
            "POST", target, "/items/a%20b/c/d", [("a", "1"), ("b", "2"), ("a", "3")], ["1", "3"],
            {"name": "a b", "*": "c/d"}, "v", "none", True, b"x=1&y=a+b", "x=1&y=a+b", {"x": "1", "y": "a b"}, "http", 1,
            1, [], True, "<Request POST %s>" % target)])
        with self.assertRaisesRegex(KeyError, "expected one of .*found 'none'"):
            server.requests[0].query["none"]

    def test_they_wait_for_the_body_without_the_interpreter(self):
        server = self.server()
        server.post("/", lambda request: request.body)
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=DEADLINE) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\n")
            # Answered although the first function is waiting.
            self.assertEqual(self.get(server.answers(lambda request: "other"))[2], b"other")
            client.sendall(b"ab")
            self.assertEqual(parts(read_to_end(client))[2], b"ab")

    def test_many_at_a_time(self):
        server = self.server()
        arrived = threading.Barrier(8)

        def handler(request):
            arrived.wait(DEADLINE)
            return request.query["n"]

        url = server.answers(handler)
        found = []
        clients = [threading.Thread(target=lambda n=n: found.append(self.get("%s?n=%d" % (url, n))[2])) for n in range(8)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.assertEqual(sorted(found), [b"%d" % n for n in range(8)])

    def test_they_wait_for_each_other(self):
        server = self.server()
        server.get("/waits", lambda request: str(server.wait_for_event("go", DEADLINE)))
        server.get("/sets", lambda request: server.set_event("go"))
        found = []
        client = threading.Thread(target=lambda: found.append(self.get(server.url + "/waits")[2]))
        client.start()
        server.take_request(DEADLINE)
        self.get(server.url + "/sets")
        client.join()
        self.assertEqual(found, [b"True"])

    def test_exceptions_are_reported(self):
        with self.assertRaisesRegex(AssertionError, "GET /1: the handler failed: ValueError: on purpose") as raised:
            with self.server() as server:
                def handler(request):
                    raise ValueError("on purpose")

                self.assertEqual(self.get(server.answers(handler))[0], 500)
                self.assertEqual([str(error) for error in server.errors], ["on purpose"])
        self.assertIsInstance(raised.exception.__cause__, ValueError)
        self.assertEqual(raised.exception.__cause__.__traceback__.tb_frame.f_code.co_name, "handler")

    def test_every_exception_is_one(self):
        server = self.server()
        for number, error in enumerate([SystemExit(3), KeyboardInterrupt(), GeneratorExit(), BaseException("a"), OSError()]):
            def handler(request, error=error):
                raise error

            self.assertEqual(self.get(server.answers(handler))[0], 500)
            self.assertIs(type(server.errors[number]), type(error))
        self.assertEqual(self.get(server.answers(lambda request: object()))[0], 500)
        self.assertIsInstance(server.errors[-1], TypeError)
        self.assertEqual(self.get(server.answers("fine"))[2], b"fine")
        server.reset()
        self.assertEqual(server.errors, [])
        server.verify()

    def test_a_request_that_was_kept_has_its_body(self):
        server = self.server()
        kept = []

        def handler(request):
            kept.append(request)
            return request.body if request.query.get("read") else None

        url = server.answers(handler)
        self.get(url + "?read=1", "POST", b"abc")
        self.get(url, "POST", b"abc")
        self.get(url, "POST", b"abcd")
        self.assertEqual(kept[0].body, b"abc")
        # It was received after the function had returned.
        self.assertEqual(kept[1].body, b"abc")
        # Once the server has forgotten it, it is not that of another request.
        server.reset()
        server.answers("x", path="/1")
        self.get(server.url + "/1", "POST", b"other")
        self.assertEqual(kept[1].body, b"abc")
        with self.assertRaisesRegex(ConnectionError, "expected a request that the server has recorded"):
            kept[2].body

    def test_content_where_a_head_ends_the_response(self):
        server = self.server()
        for value in [(204, {"ok": True}), (304, "x"), (204, pathlib.Path(__file__))]:
            with self.assertRaisesRegex(ValueError, "expected no content with the status [23]04"):
                server.get("/", value)
        server.get("/", lambda request: (204, iter(["x"])))
        self.assertEqual(self.get(server.url)[0], 500)
        self.assertIn("expected no content with the status 204", str(server.errors[0]))

    def test_functions_are_for_routes(self):
        server = self.server()
        for enqueue in (server.enqueue, server.get("/", "a").enqueue):
            with self.assertRaisesRegex(TypeError, "expected an answer, found the function .* only routes take functions"):
                enqueue(lambda request: "x")

    def test_files_of_scripts_are_in_the_folder_of_the_caller(self):
        server = self.server()
        self.write("a.txt", "content")
        code = compile("""if True:
            head = 'send "HTTP/1.1 200 OK\\r\\n\\r\\n" '
            found = [server.script(head + 'file "a.txt"', "close"), server.answers(script(head + 'file "/a.txt"', "close"))]
            missing = server.script(head + 'file "b.txt"', "close")
        """, self.write("script.py", ""), "exec")
        names = {"server": server, "script": wireserve.script}
        exec(code, names)
        for url in names["found"]:
            self.assertEqual(self.get(url)[2], b"content")
        self.assertEqual(self.get(names["missing"])[0], 500)
        with self.assertRaisesRegex(AssertionError, "cannot open the file `b.txt`"):
            server.verify()
        with self.assertRaisesRegex(TypeError, "expected the steps as texts, .* found .'send', b'x'."):
            server.script(("send", b"x"))

    def test_a_client_that_leaves_is_no_failure(self):
        server = self.server()
        lengths = []
        server.post("/", lambda request: lengths.append(len(request.body)))
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            client.shutdown(socket.SHUT_WR)
            self.assertTrue(read_to_end(client).startswith(b"HTTP/1.1 400 "))
        self.assertEqual((lengths, server.errors, server.verdict(), server.dropped_requests), ([], [], None, 0))
        self.assertIn("3 bytes", server.requests[0].body_error)


class Streams(Serving):
    def receive(self, server, path, until):
        client = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=DEADLINE)
        self.addCleanup(client.close)
        client.sendall(b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode())
        received = b""
        while not received.endswith(until):
            piece = client.recv(1000)
            self.assertTrue(piece, received)
            received += piece
        return client, received

    def test_pieces_are_sent_as_they_come(self):
        server = self.server()
        received = threading.Event()

        @server.handler("/")
        def pieces(request):
            yield "data: \u00e9\n\n"
            yield b""
            received.wait(DEADLINE)
            yield bytearray(b"last")

        client, first = self.receive(server, "/", b"a\r\ndata: \xc3\xa9\n\n\r\n")
        received.set()
        # The connection is kept after the last chunk.
        client.sendall(b"GET /none HTTP/1.1\r\nConnection: close\r\n\r\n")
        rest, _, after = read_to_end(client).partition(b"HTTP/1.1 404 Not Found\r\n")
        self.assertEqual(rest, b"4\r\nlast\r\n0\r\n\r\n")
        self.assertTrue(after)
        server.get("/typed", lambda request: (201, {"Content-Type": "text/event-stream"}, iter(["a"])))
        status, fields, body = self.get(server.url + "/typed")
        self.assertEqual((status, fields["content-type"], body), (201, "text/event-stream", b"1\r\na\r\n0\r\n\r\n"))

    def test_trailers_follow_the_last_piece(self):
        server = self.server()

        @server.handler("/")
        def summed(request):
            yield wireserve.Trailer("Pieces", 1)
            yield "text"
            yield wireserve.Trailer(b"Digest-Of", b"text")

        self.receive(server, "/", b"4\r\ntext\r\n0\r\nPieces: 1\r\nDigest-Of: text\r\n\r\n")
        server.get("/", lambda request: iter([("Pieces", 1)]))
        client, _ = self.receive(server, "/", b"\r\n\r\n")
        self.assertEqual(read_to_end(client), b"")
        self.assertIn("expected a text, bytes or a Trailer, found ('Pieces', 1)", str(server.errors[0]))

    def test_one_that_fails_is_broken_off(self):
        server = self.server()

        @server.handler("/")
        def pieces(request):
            yield "a"
            raise ValueError("on purpose")

        client, _ = self.receive(server, "/", b"1\r\na\r\n")
        self.assertEqual(read_to_end(client), b"")
        self.assertIsInstance(server.errors[0], ValueError)
        server.get("/", lambda request: iter([1]))
        client, _ = self.receive(server, "/", b"\r\n\r\n")
        read_to_end(client)
        self.assertEqual(str(server.errors[1]), "expected a text, bytes or a Trailer, found 1")

    def test_it_is_closed_when_its_client_leaves(self):
        server = self.server()
        closed = threading.Event()

        @server.handler("/")
        def pieces(request):
            try:
                while True:
                    yield b"x" * 1000
            finally:
                closed.set()

        client, _ = self.receive(server, "/", b"\r\n")
        client.close()
        self.assertTrue(closed.wait(DEADLINE))
        self.assertEqual(server.errors, [])

    def test_it_is_no_value(self):
        server = self.server()
        with self.assertRaisesRegex(TypeError, "expected None, a status"):
            server.get("/", iter(["a"]))


class Conditions(Serving):
    def test_they_choose_the_route(self):
        server = self.server()
        server.any("/", "other")
        for options in [{"query": {"a": "1"}}, {"fields": {"X-A": "b"}}, {"form": {"f": "g"}}, {"body": b"body"},
                        {"body": "text"}, {"json": {"a": [1]}}, {"json": None}]:
            server.any("/", repr(options)).when(**options)
        server.any("/", "function").when(lambda request: request.method == "PUT" and request.text == "put")
        for sent, expected in [
                (("GET", "/?a=1", b""), {"query": {"a": "1"}}), (("POST", "/", b"f=g"), {"form": {"f": "g"}}),
                (("POST", "/", b"body"), {"body": b"body"}), (("POST", "/", b"text"), {"body": "text"}),
                (("POST", "/", b' {"a" :[1]}'), {"json": {"a": [1]}}), (("POST", "/", b"null"), {"json": None})]:
            method, path, body = sent
            self.assertEqual(self.get(server.url + path, method, body)[2].decode(), repr(expected))
        self.assertEqual(self.get(server.url + "/", fields=["x-a: b"])[2], b"{'fields': {'X-A': 'b'}}")
        self.assertEqual(self.get(server.url + "/", "PUT", b"put")[2], b"function")
        self.assertEqual(self.get(server.url + "/", "PUT", b"post")[2], b"other")

    def test_names_may_repeat_and_values_be_numbers(self):
        server = self.server()
        server.get("/", "both").when(query=[("a", "1"), ("a", 2)])
        self.assertEqual(self.get(server.url + "/?a=2&a=1")[2], b"both")
        self.assertEqual(self.get(server.url + "/?a=1")[0], 404)

    def test_wrong_ones(self):
        async def coroutine(request):
            return True

        route = self.server().get("/", "a")
        for options, text in [
                ({"holds": coroutine}, "expected a function that returns whether the route takes a request, found the cor"),
                ({"holds": 5}, "expected a function that returns whether the route takes a request, found 5"),
                ({"query": {"a": None}}, "expected a text as the value of 'a', found None"),
                ({"query": "a=1"}, "expected `query` as a mapping or as pairs of a name and a value, found 'a=1'"),
                ({"form": [("a", "b", "c")]}, r"expected `form` as a mapping .*, found \[\('a', 'b', 'c'\)\]"),
                ({"fields": 5}, "expected `fields` as a mapping .*, found 5"),
                ({"connection": "1"}, "expected the number of the connection as a whole number, found '1'"),
        ]:
            with self.assertRaisesRegex(TypeError, text):
                route.when(**options)

    def test_paths(self):
        server = self.server()
        for path, asked in [("/a b", "/a%20b"), ("/\u00fc", "/%C3%BC"), ("/{name}\u00fc", "/x%C3%BC"), ("/c%20d", "/c%20d")]:
            server.get(path, path)
            self.assertEqual(self.get(server.url + asked)[2], path.encode())
        self.assertEqual(server.answers("x", path="/e \u00fc%2F"), server.url + "/e%20%C3%BC%2F")
        self.assertEqual(server.url_for("/f g?h"), server.url + "/f%20g?h")
        for path, found in [(server.url + "/a", "a URL"), ("/a?b", "a query"), ("/a#b", "a fragment")]:
            with self.assertRaisesRegex(ValueError, "expected the pattern of a path, found " + found):
                server.get(path, "a")

    def test_connections_are_counted_from_the_reset_on(self):
        server = self.server()
        self.get(server.answers("a"))
        server.reset()
        server.get("/", "later")
        server.get("/", "first").when(connection=1)
        self.assertEqual([self.get(server.url)[2] for _ in range(3)], [b"first", b"later", b"later"])
        self.assertEqual([request.connection for request in server.requests], [1, 2, 3])

    def test_a_function_that_raises_is_reported(self):
        server = self.server()
        server.get("/", "a").when(lambda request: request.none)
        self.assertEqual(self.get(server.url)[0], 404)
        self.assertIsInstance(server.errors[0], AttributeError)


class Faults(Serving):
    def test_of_routes_and_of_all(self):
        server = self.server()

        def cut(url):
            try:
                return len(exchange(int(url.split(":")[2].split("/")[0]),
                                    b"GET /%s HTTP/1.0\r\n\r\n" % url.rpartition("/")[2].encode())) <= 10
            except ConnectionError:
                return True

        self.assertTrue(cut(server.answers("0123456789").route.reset_after(10).url))
        began = time.monotonic()
        self.get(server.answers("a").route.delay(0.1).url)
        self.assertGreaterEqual(time.monotonic() - began, 0.1)
        began = time.monotonic()
        self.get(server.answers(b"x" * 300).route.bytes_per_second(3000).url)
        self.assertGreaterEqual(time.monotonic() - began, 0.1)
        server.reset_after(0)
        self.assertTrue(cut(server.answers("a")))
        server.reset_after(None)
        self.assertFalse(cut(server.answers("a")))
        server.delay(0.1)
        began = time.monotonic()
        self.get(server.answers("a"))
        self.assertGreaterEqual(time.monotonic() - began, 0.1)

    def test_of_connections(self):
        server = self.server()
        url, port = server.answers("a"), int(server.url.rpartition(":")[2])
        server.enqueue_connection("reset")
        with self.assertRaises(ConnectionError):
            self.get(url)
        self.assertEqual(self.get(url)[2], b"a")
        server.refuse_connections()
        with self.assertRaises(ConnectionRefusedError):
            self.get(url)
        server.refuse_connections(False)
        server.requests_per_connection(1)
        request = b"GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
        self.assertEqual(exchange(port, request * 2).count(b"200 OK"), 1)
        server.requests_per_connection(None)
        server.idle_limit(0.05)
        self.assertEqual(exchange(port, request * 2).count(b"200 OK"), 2)

        with self.assertRaisesRegex(ValueError, "expected at least 1, found 0"):
            server.bytes_per_second(0)
        with self.assertRaisesRegex(ValueError, "expected at least 1, found 0"):
            server.get("/", "a").bytes_per_second(0)

    def test_events(self):
        server = self.server()
        url = server.script('set "there"', 'wait_for "go"', 'send "HTTP/1.1 200 OK\r\n\r\ngone"', "close")
        found = []
        client = threading.Thread(target=lambda: found.append(self.get(url)[2]))
        client.start()
        self.assertTrue(server.wait_for_event("there", DEADLINE))
        server.set_event("go")
        client.join()
        self.assertEqual(found, [b"gone"])
        self.assertFalse(server.wait_for_event("never", 0.01))
        server.clear_event("go")
        self.assertFalse(server.wait_for_event("go", 0.01))


class Expectations(Serving):
    def test_they_are_verified(self):
        server = self.server()
        route = server.post("/items", 201).when(json={"id": 7}).expect(1)
        self.get(server.url + "/items", "POST", b'{"id": 8}')
        with self.assertRaises(AssertionError) as raised:
            server.verify()
        text = str(raised.exception)
        for part in ["expected 1 request POST /items\n", "found 0\n", 'found {"id":8}', '"POST /items HTTP/1.1']:
            self.assertIn(part, text)
        self.get(server.url + "/items", "POST", b'{"id": 7}')
        server.verify()
        with self.assertRaisesRegex(AssertionError, '1 unmatched request:\n  POST /items'):
            server.verify(unmatched=True)
        never = server.get("/never", "x").expect()
        with self.assertRaisesRegex(AssertionError, "at least 1"):
            server.verify()
        never.expect(most=1)
        server.verify()
        route.expect(least=2)
        with self.assertRaisesRegex(AssertionError, "at least 2"):
            server.stop()
            server.verify()

    def test_what_fails_after_or_beside_a_response_is_verified(self):
        def pieces(request):
            yield "a piece"
            raise RuntimeError("late")

        def condition(request):
            raise RuntimeError("undecided")

        server = self.server()
        server.get("/late", pieces)
        self.assertEqual(self.get(server.url + "/late")[2], b"7\r\na piece\r\n")
        with self.assertRaisesRegex(AssertionError, "the content of a response: RuntimeError: late"):
            server.verify()
        server.reset()
        server.verify()
        server.get("/beside", 200).when(condition)
        self.get(server.url + "/beside")
        with self.assertRaisesRegex(AssertionError, "GET /beside: the condition of a route: RuntimeError: undecided"):
            server.verify()

    def test_the_end_of_a_block_verifies_unless_it_has_failed(self):
        with self.assertRaisesRegex(AssertionError, "expected 1 request GET /"):
            with self.server() as server:
                server.get("/", "a").expect(1)
        with self.assertRaisesRegex(LookupError, "another"):
            with self.server() as server:
                server.get("/", "a").expect(1)
                raise LookupError("another")
        self.assertTrue(server.is_stopped)

    def test_take_request(self):
        server = self.server(transcripts=True)
        client = threading.Thread(target=self.get, args=(server.answers("a"), "POST", b"body"))
        client.start()
        request = server.take_request(DEADLINE)
        client.join()
        self.assertEqual((request.method, request.body), ("POST", b"body"))
        self.assertEqual(server.requests[0].status, 200)
        self.assertIn('"POST /1 HTTP/1.1', server.transcripts[0])
        with self.assertRaisesRegex(TimeoutError, "within 0.01 seconds"):
            server.take_request(0.01)

    def test_problems(self):
        server = self.server()
        server.any("/", "a")
        exchange(int(server.url.rpartition(":")[2]), b"GET / HTTP/1.0\r\nA : b\r\n\r\n")
        [problem] = server.requests[0].problems
        self.assertEqual((problem.clause, problem.severity, problem.offset), ("RFC 9112 §5.1", "violation", 17))
        self.assertEqual(server.requests[0].raw_head, b"GET / HTTP/1.0\r\nA : b\r\n\r\n")
        json.dumps(problem)


class Https(Serving):
    def test_its_own_root_is_trusted(self):
        import ssl
        import urllib.request

        with self.server(https=True) as server:
            url = server.https.answers("secret")
            self.assertTrue(url.startswith("https://127.0.0.1:"))
            with urllib.request.urlopen(url, context=server.ssl_context) as response:
                self.assertEqual(response.read(), b"secret")
            of_file = ssl.create_default_context(cafile=server.ca_file)
            with urllib.request.urlopen(url.replace("127.0.0.1", "localhost"), context=of_file) as response:
                self.assertEqual(response.read(), b"secret")
            with self.assertRaises(OSError):
                urllib.request.urlopen(url)
            self.assertEqual([request.scheme for request in server.requests], ["https", "https"])
            path = server.ca_file
            self.assertTrue(os.path.exists(path))
        self.assertFalse(os.path.exists(path))


class Lives(Serving):
    def test_nothing_is_left_of_a_server(self):
        # In a process of its own, since servers of other tests may be ending in this one.
        run(PROGRAM + """
    def use():
        with wireserve.serve(https=True, transcripts=True) as server:
            def handler(request):
                server.set_event("asked")
                return "a"

            assert get(server.answers(handler)) == b"a"
            server.get("/b", "b").when(lambda request: server)

    def state():
        with open("/proc/self/statm") as file:
            pages = int(file.read().split()[1])
        return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd")), pages

    # The main thread, and one that watches who has the GIL.
    lasting = 2 if getattr(sys, "_is_gil_enabled", lambda: True)() else 1
    for _ in range(50): use()
    before = state()
    for _ in range(1000): use()
    # The system takes a moment to end a thread that has been waited for.
    deadline = time.monotonic() + 20
    while len(os.listdir("/proc/self/task")) > lasting and time.monotonic() < deadline: pass
    after = state()
    assert after[:2] == (lasting, before[1]), (before, after)
    assert after[2] - before[2] < 2048, (before, after)
""")

    def test_a_server_that_nothing_refers_to_is_freed(self):
        import gc
        import weakref

        def failing():
            server = wireserve.serve()

            def handler(request):
                raise ValueError(server)

            self.get(server.answers(handler))
            server.stop()
            return weakref.ref(server)

        server = failing()
        gc.collect()
        self.assertIsNone(server())

    def test_after_the_stop(self):
        server = self.server()
        url = server.answers("a")
        self.get(url)
        self.assertEqual("http://%s:%d" % (server.host, server.port), server.url)
        server.stop()
        server.stop()
        self.assertEqual([request.path for request in server.requests], ["/1"])
        self.assertEqual(server.take_request().path, "/1")
        with self.assertRaises(TimeoutError):
            server.take_request(within=3600)
        with self.assertRaises(ConnectionRefusedError):
            self.get(url)
        with self.assertRaisesRegex(RuntimeError, "has been stopped"):
            server.get("/", "a")

    def test_several_in_one_process(self):
        servers = [self.server() for _ in range(5)]
        urls = [server.answers(lambda request, number=number: str(number)) for number, server in enumerate(servers)]
        self.assertEqual([self.get(url)[2] for url in urls], [b"0", b"1", b"2", b"3", b"4"])
        self.assertEqual([len(server.requests) for server in servers], [1] * 5)

    def test_a_handler_may_stop_its_server(self):
        server = self.server()

        def handler(request):
            server.stop()

        try:
            self.get(server.answers(handler))
        except ConnectionError:
            pass
        server.wait()
        self.assertTrue(server.is_stopped)


PROGRAM = """
    import os, signal, sys, threading, time, urllib.request
    import wireserve

    # A job in the background of a shell ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    def get(url):
        with urllib.request.urlopen(url) as response:
            return response.read()
"""


class Programs(unittest.TestCase):
    def test_a_fork_has_servers_of_its_own(self):
        run(PROGRAM + """
    server = wireserve.serve(https=True)
    path = server.ca_file
    assert get(server.answers(lambda request: "parent")) == b"parent"
    child = os.fork()
    if child == 0:
        for use in (lambda: server.get("/", "a"), lambda: server.requests, server.stop, server.reset,
                    lambda: server.take_request(0)):
            try:
                use()
            except RuntimeError as error:
                assert "another process" in str(error), error
            else:
                os._exit(1)
        with wireserve.serve() as own:
            assert get(own.answers(lambda request: "child")) == b"child"
        sys.exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert os.path.exists(path)
    assert get(server.answers("again")) == b"again"
    server.stop()
""")

    def test_a_fork_leaves_servers_of_other_threads_alone(self):
        run(PROGRAM + """
    values = threading.local()
    urls = []
    is_serving, may_end = threading.Event(), threading.Event()

    def serve():
        values.server = wireserve.serve()
        urls.append(values.server.answers("a"))
        is_serving.set()
        may_end.wait()

    thread = threading.Thread(target=serve)
    thread.start()
    is_serving.wait()
    # In the child, Python drops the values of the other thread.
    child = os.fork()
    if child == 0:
        # Long enough for a thread that would stop the server.
        time.sleep(0.1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert get(urls[0]) == b"a"
    may_end.set()
    thread.join()
""")

    def test_a_child_that_a_request_forks_ends(self):
        # Whatever forks for a request: a condition, a function, a generator before and after it.
        run(PROGRAM + """
    def fork(code=None):
        child = os.fork()
        if child == 0 and code == 3:
            sys.exit(3)
        codes.append(child and os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        return True

    def pieces():
        yield "a"
        fork()
        yield "b"

    codes = []
    with wireserve.serve() as server:
        server.get("/condition", "ab").when(fork)
        server.get("/generator", lambda request: pieces())
        server.get("/function", lambda request: fork() and "ab")
        server.get("/exit", lambda request: fork(3) and "ab")
        for name in ("condition", "generator", "function", "exit"):
            assert get(server.url + "/" + name) == b"ab", name
    assert codes == [0, 0, 0, 3], codes
""")

    @unittest.skipIf("libasan" in os.environ.get("LD_PRELOAD", ""),
                     "a lock of the sanitizer's allocator stays locked if another thread holds it at a fork")
    def test_forks_of_busy_servers(self):
        # Without names of hosts: the C library looks them up under a lock that a fork may inherit.
        run(PROGRAM + """
    import socket

    def ask(server):
        with socket.socket() as client:
            client.connect(("127.0.0.1", int(server.url.rpartition(":")[2])))
            client.sendall(b"GET /1 HTTP/1.0\\r\\n\\r\\n")
            received = b""
            while piece := client.recv(1000): received += piece
            return received[-1:]

    def ask_and_serve():
        while not stopping.is_set():
            assert ask(server) == b"a"
            wireserve.serve().stop()

    server = wireserve.serve()
    server.answers(lambda request: "a")
    stopping = threading.Event()
    clients = [threading.Thread(target=ask_and_serve) for _ in range(4)]
    for client in clients: client.start()
    for _ in range(30):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            with wireserve.serve() as own:
                own.answers(lambda request: "b")
                code = ask(own) != b"b"
            os._exit(code)
        assert os.waitpid(child, 0)[1] == 0
    stopping.set()
    for client in clients: client.join()
    server.stop()
""")

    def test_a_fork_while_a_server_imports(self):
        # The thread of a response imports what it uses for the first time. A child that is forked meanwhile does so, too.
        run(PROGRAM + """
    import builtins

    def import_after_the_fork(name, *arguments, **named):
        if os.getpid() == parent and threading.get_ident() not in clients and not has_forked.is_set():
            importing.set()
            has_forked.wait()
        return import_now(name, *arguments, **named)

    def ask():
        clients.add(threading.get_ident())
        assert get(url) == b"a"

    # In the child, an event may be locked by a thread of the parent.
    parent = os.getpid()
    importing, has_forked = threading.Event(), threading.Event()
    clients = {threading.get_ident()}
    server = wireserve.serve()
    url = server.answers(lambda request: "a")
    import_now, builtins.__import__ = builtins.__import__, import_after_the_fork
    client = threading.Thread(target=ask)
    client.start()
    assert importing.wait(60)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        with wireserve.serve() as own:
            code = get(own.answers(lambda request: "b")) != b"b"
        os._exit(code)
    has_forked.set()
    client.join()
    server.stop()
    assert os.waitpid(child, 0)[1] == 0
""")

    def test_ctrl_c_ends_waits(self):
        for wait in ("server.take_request(60)", "server.wait_for_event('never', 60)", "server.wait()"):
            with self.subTest(wait):
                run(PROGRAM + """
    server = wireserve.serve()
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        %s
    except KeyboardInterrupt:
        server.stop()
    else:
        sys.exit(1)
""" % wait)

    def test_the_process_ends_without_a_stop(self):
        for code in ("pass", "server.post('/', lambda request: request.body)", "server.get('/', loop)"):
            with self.subTest(code):
                output = run(PROGRAM + """
    import socket

    inside = threading.Event()

    def loop(request):
        inside.set()
        while True: pass

    server = wireserve.serve()
    %s
    client = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])))
    client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    server.take_request()
    if "loop" in %r: inside.wait()
    sys.exit(5)
""" % (code, code), code=5)
                self.assertNotIn("Traceback", output)

    def test_an_event_loop_is_not_blocked(self):
        run(PROGRAM + """
    import asyncio

    async def main():
        with wireserve.serve() as server:
            url = server.answers(lambda request: "a").route.delay(0.05).url
            port = int(server.url.rpartition(":")[2])

            async def fetch():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(b"GET /1 HTTP/1.0\\r\\n\\r\\n")
                answer = await reader.read()
                writer.close()
                return answer[-1:]

            assert await asyncio.gather(*(fetch() for _ in range(20))) == [b"a"] * 20
            taken = await asyncio.get_running_loop().run_in_executor(None, server.take_request)
            assert taken.path == "/1"

    asyncio.run(main())
""")

    def test_many_requests_of_all_kinds(self):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts", "stress.py")
        done = subprocess.run([sys.executable, script, "20000"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=2 * DEADLINE)
        self.assertEqual(done.returncode, 0, done.stdout.decode())

    def test_spawned_processes(self):
        run(PROGRAM + """
    import multiprocessing, pickle

    server = wireserve.serve()
    url = server.answers("a")
    assert type(pickle.loads(pickle.dumps(url))) is str
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(len, (url,)) == len(url)
    server.stop()
""")


if __name__ == "__main__":
    unittest.main()
