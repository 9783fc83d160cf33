"""Makes requests to functions of this process, from threads of its own, and checks every response.

python stress.py REQUESTS: most requests are pipelined on kept connections; some functions raise, exit, or are generators
that their client leaves. Afterwards, no thread and no descriptor may be left, and memory may not have grown.
"""

import logging
import os
import random
import socket
import sys
import threading
import time

import wireserve
from wireserve.wptserve import handlers
from wireserve.wptserve.server import WebTestHttpd

CLIENTS = 4
# Requests of one connection that are sent together.
PIPELINED = 50
# Requests before a server is reset, or a client of the other one connects again.
ROUND = 2000
# Seconds; only a failure takes as long.
DEADLINE = 240
# Bytes by which the process may grow after a first round of all clients: the allocators keep some, and more for each
# thread without a GIL.
GROWTH = (16 if getattr(sys, "_is_gil_enabled", lambda: True)() else 48) << 20


class Odd(Exception):
    """An exception whose text cannot be shown."""

    def __str__(self):
        raise ValueError("on purpose")


# The main thread, and those that all servers of a process share: one writes the log, and one watches who has the GIL.
LASTING_THREADS = 3 if getattr(sys, "_is_gil_enabled", lambda: True)() else 2

EXCEPTIONS = [
    ValueError, KeyError, OSError, RecursionError, MemoryError, StopIteration, Odd, GeneratorExit, KeyboardInterrupt,
    SystemExit, BaseException]


def count_threads():
    return len(os.listdir("/proc/self/task"))


def settled_threads():
    """How many threads are left. The system takes a moment to end one that has been waited for."""
    deadline = time.monotonic() + 20
    while (count := count_threads()) > LASTING_THREADS and time.monotonic() < deadline:
        time.sleep(0.01)
    return count


def count_descriptors():
    return len(os.listdir("/proc/self/fd"))


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Client:
    """A connection, and what it has received and not yet read."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
        self.received = b""

    def ask(self, requests):
        """Sends these pairs of target and body together, and yields status and content of each response."""
        self.socket.sendall(b"".join(
            b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (target, len(body), body)
            for target, body in requests))
        for _ in requests:
            head = self.until(b"\r\n\r\n")
            fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
            yield int(head.split(b" ")[1]), self.exactly(int(fields[b"content-length"]))

    def receive(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("expected a response, found the end of the connection after %r" % self.received[-80:])
        self.received += piece

    def until(self, end):
        while end not in self.received:
            self.receive()
        found, _, self.received = self.received.partition(end)
        return found + end

    def exactly(self, size):
        while len(self.received) < size:
            self.receive()
        found, self.received = self.received[:size], self.received[size:]
        return found

    def close(self):
        self.socket.close()


def endless(closed):
    try:
        while True:
            yield b"x" * 1000
    finally:
        closed.append(True)


def add_routes(server, closed):
    def fail(request):
        raise EXCEPTIONS[int(request.query["n"]) % len(EXCEPTIONS)]("on purpose")

    server.post("/echo", lambda request: request.body)
    server.post("/query", lambda request: (201, {"X-N": request.query["n"]}, request.query["n"]))
    server.get("/pieces", lambda request: (piece for piece in ["a", b"b", request.query["n"]]))
    server.post("/json", lambda request: {"n": request.query["n"], "length": len(request.body)})
    server.post("/raises", fail)
    server.post("/wrong", lambda request: object())
    server.get("/endless", lambda request: endless(closed))


def expected(path, number, body):
    return {
        b"/echo": (200, body),
        b"/query": (201, b"%d" % number),
        b"/json": (200, b'{"n": "%d", "length": %d}' % (number, len(body))),
        b"/raises": (500, None),
        b"/wrong": (500, None),
    }[path]


PATHS = [b"/echo"] * 4 + [b"/query"] * 3 + [b"/json", b"/raises", b"/wrong"]


def use_native(server, count, chance, closed):
    """Requests to functions of `wireserve.serve`."""
    port = int(server.url.rpartition(":")[2])
    asked = 0
    while asked < count:
        client = Client(port)
        for _ in range(ROUND // PIPELINED):
            requests, wanted = [], []
            for number in range(asked, asked + PIPELINED):
                path, body = chance.choice(PATHS), b"z" * chance.choice([0, 1, 100, 5000])
                requests.append((b"%s?n=%d" % (path, number), body))
                wanted.append((path, *expected(path, number, body)))
            for (path, status, content), found in zip(wanted, client.ask(requests)):
                if found[0] != status or content is not None and found[1] != content:
                    raise AssertionError("%s: expected %s %.80r, found %s %.80r" % (path, status, content, *found))
            asked += PIPELINED
        client.close()
        use_generators(port, asked)
        asked += 2
    return asked


def use_generators(port, number):
    """One response that is read to its end, and one that is not. Each has a connection of its own."""
    client = Client(port)
    client.socket.sendall(b"GET /pieces?n=%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
    last = b"%d" % number
    client.until(b"1\r\na\r\n1\r\nb\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(last), last))
    client.close()
    client = Client(port)
    client.socket.sendall(b"GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
    client.until(b"\r\n\r\n")
    client.close()


def use_wptserve(server, count, chance):
    """Requests to a function of `WebTestHttpd`; one that calls `sys.exit` ends its connection."""
    asked = 0
    while asked < count:
        client = Client(server.port)
        for _ in range(ROUND // PIPELINED):
            bodies = [b"w" * chance.choice([0, 1, 100, 5000]) for _ in range(PIPELINED)]
            requests = [(b"/?n=%d" % (asked + index), body) for index, body in enumerate(bodies)]
            for index, found in enumerate(client.ask(requests)):
                number = asked + index
                wanted = (500, None) if number % 17 == 3 else (200, b"%d " % number + bodies[index])
                if found[0] != wanted[0] or wanted[1] is not None and found[1] != wanted[1]:
                    raise AssertionError("%s: expected %.80r, found %.80r" % (number, wanted, found))
            asked += PIPELINED
        client.socket.sendall(b"GET /?exit HTTP/1.1\r\nHost: a\r\n\r\n")
        while client.socket.recv(65536):
            pass
        client.close()
        asked += 1
    return asked


@handlers.handler
def function(request, response):
    if request.url_parts.query == "exit":
        sys.exit(3)
    number = int(request.GET.first(b"n"))
    if number % 17 == 3:
        # The others end the connection.
        raise EXCEPTIONS[number % 7]("on purpose")
    return b"%d " % number + request.body


def run_clients(requests):
    """Starts both servers, and lets all clients make their share of the requests. Returns how many they made."""
    closed, failures, made = [], [], []
    httpd = WebTestHttpd(host="127.0.0.1", port=0, doc_root=".", routes=[("*", "*", function)])
    httpd.start()
    share = requests // CLIENTS

    def guarded(work):
        try:
            made.append(work())
        except BaseException as error:
            failures.append(error)

    def native(seed):
        chance, asked = random.Random(seed), 0
        while asked < share:
            with wireserve.serve() as server:
                add_routes(server, closed)
                asked += use_native(server, min(ROUND, share - asked), chance, closed)
                # Failures of functions are expected here.
                server.reset()
        return asked

    clients = [threading.Thread(target=guarded, args=(work,)) for work in [
        lambda: native(1), lambda: native(2), lambda: use_wptserve(httpd, share, random.Random(3)),
        lambda: use_wptserve(httpd, share, random.Random(4))]]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    httpd.stop()
    if failures:
        raise failures[0]
    return sum(made), len(closed)


def main(requests):
    # Each failure of a function would be logged.
    logging.disable(logging.CRITICAL)
    # What is made once is made here.
    run_clients(CLIENTS * ROUND)
    threads, descriptors, memory = settled_threads(), count_descriptors(), resident()
    began = time.monotonic()
    made, closed = run_clients(requests)
    seconds = time.monotonic() - began
    after = settled_threads(), count_descriptors()
    assert made >= requests, (made, requests)
    assert closed > 0
    assert after == (threads, descriptors), "expected %s threads and %s descriptors, found %s" % (threads, descriptors, after)
    growth = resident() - memory
    assert growth < GROWTH, "the process has grown by %d bytes" % growth
    print("%d requests in %.0f s, %d generators left, grown by %d KiB" % (made, seconds, closed, growth >> 10))


if __name__ == "__main__":
    main(int(sys.argv[1]))
