"""Servers end with their process, and a process ends whatever its handlers do; forks; threads; interrupts."""

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
import unittest

from support import DEADLINE, Case, ask, descriptors, run, threads

START = """
    import os, socket, sys, tempfile, threading, time
    from wireserve.wptserve.server import WebTestHttpd

    def serve(handler):
        server = WebTestHttpd(port=0, doc_root=tempfile.gettempdir(), routes=[("*", "*", handler)])
        server.start()
        return server

    def send(server):
        client = socket.create_connection(("127.0.0.1", server.port))
        client.sendall(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
        return client

    inside = threading.Event()
"""

HANDLERS = {
    "a loop": "while True: pass",
    "a loop that catches everything": """
        while True:
            try:
                while True: pass
            except BaseException: pass""",
    "a sleep": "time.sleep(60)",
    "short sleeps": """
        while True: time.sleep(0.001)""",
    "a wait": "threading.Event().wait()",
    "a socket": "a, b = socket.socketpair(); a.recv(1)",
    "the body": "request.body",
    "a writer": """
        while True: response.writer.write(b"x" * 65536)""",
    "an endless generator": """
        def pieces():
            while True: yield b"x"
        response.content = pieces()""",
}


class Leaving(unittest.TestCase):
    def test_the_process_exits_while_handlers_run(self):
        for name, code in HANDLERS.items():
            for count in (1, 3):
                with self.subTest(name, count=count):
                    output = run(START + """
    def handler(request, response):
        inside.set()
        %s

    server = serve(handler)
    clients = [send(server) for _ in range(%d)]
    inside.wait()
    print("leaving")
    sys.exit(5)
""" % (textwrap.indent(textwrap.dedent(code), "        ").strip(), count), code=5)
                    self.assertEqual(output, "leaving\n")

    def test_exit_without_stop(self):
        run(START + """
    def handler(request, response):
        response.content = "fine"

    server = serve(handler)
    client = send(server)
    assert client.recv(100).startswith(b"HTTP/1.1 200 ")
""")

    def test_sys_exit_ends_only_its_connection(self):
        run(START + """
    def handler(request, response):
        if request.method == "GET": sys.exit(3)
        response.content = "fine"

    server = serve(handler)
    assert send(server).recv(100) == b""
    client = socket.create_connection(("127.0.0.1", server.port))
    client.sendall(b"PUT / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n")
    assert b"200 OK" in client.recv(100)
""")


class Forks(unittest.TestCase):
    def test_a_child_has_servers_of_its_own_and_none_of_its_parent(self):
        run(START + """
    def handler(request, response):
        response.content = str(os.getpid())

    def asked(server):
        client = send(server)
        received = b""
        while piece := client.recv(1000): received += piece
        return int(received.rpartition(b"\\r\\n")[2])

    server = serve(handler)
    assert asked(server) == os.getpid()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            try:
                server.router.register("GET", "/x", handler)
            except RuntimeError as error:
                assert "another process" in str(error), error
            else:
                raise AssertionError("expected a RuntimeError")
            own = serve(handler)
            assert asked(own) == os.getpid()
            own.stop()
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0
    assert asked(server) == os.getpid()
    # A child that lives on does not keep the port.
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(told, b"x")
        time.sleep(60)
    os.read(ready, 1)
    server.stop()
    try:
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", server.port))
            again.listen()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
""".replace("while piece := client.recv(1000): received += piece",
            "for piece in iter(lambda: client.recv(1000), b''): received += piece"))

    def test_multiprocessing(self):
        for method in ("fork", "spawn", "forkserver"):
            with self.subTest(method):
                script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "scripts", "in_processes.py")
                done = subprocess.run([sys.executable, script, method], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, timeout=DEADLINE)
                self.assertEqual((done.returncode, done.stdout.decode()), (0, "both\n"))

    def test_a_handler_may_fork(self):
        run(START + """
    def handler(request, response):
        child = os.fork()
        if child == 0:
            return
        response.content = "exit code %d" % os.waitpid(child, 0)[1]

    server = serve(handler)
    client = send(server)
    received = b""
    for piece in iter(lambda: client.recv(1000), b""): received += piece
    assert received.count(b"HTTP/1.1") == 1 and received.endswith(b"exit code 0"), received
""")


class Threads(Case):
    def test_a_thousand_starts_and_stops_leave_nothing(self):
        def hundred():
            for _ in range(100):
                server = self.serve()
                self.assertEqual(ask(server.port, "/nothing")[0], 404)
                server.stop()
            self.doCleanups()

        hundred()
        self.setUp()
        gc.collect()
        before = threads(), descriptors(), memory()
        for _ in range(9):
            hundred()
            self.setUp()
        gc.collect()
        deadline = time.monotonic() + DEADLINE
        while threads() > before[0] and time.monotonic() < deadline:
            time.sleep(0.01)
        # Servers of other tests may have been ending before.
        self.assertLessEqual(threads(), before[0])
        self.assertLessEqual(descriptors(), before[1])
        self.assertLess(memory() - before[2], 4 << 20)

    def test_calls_while_handlers_need_the_interpreter(self):
        def handler(request, response):
            response.content = "fine"

        server = self.serve(routes=[("GET", "/", handler)])
        import threading

        stop = threading.Event()
        failures = []

        def ask_again():
            while not stop.is_set():
                try:
                    status = ask(server.port, "/")[0]
                except OSError:
                    return
                if status != 200:
                    failures.append(status)

        clients = [threading.Thread(target=ask_again) for _ in range(8)]
        for client in clients:
            client.start()
        for number in range(100):
            server.router.register("GET", "/%d" % number, handler)
            server.rewriter.register("GET", "/old%d" % number, "/%d" % number)
        self.assertEqual(ask(server.port, "/old99")[2], b"fine")
        stop.set()
        server.stop()
        for client in clients:
            client.join()
        self.assertEqual(failures, [])

    def test_files_are_served_while_the_interpreter_is_held(self):
        self.write("a.txt", "of the server's own")
        server = self.serve()
        # `sorted` compares numbers without letting other threads run.
        program = ("import socket, sys\n"
                   "client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
                   "client.sendall(b'GET /a.txt HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n')\n"
                   "assert client.recv(100).startswith(b'HTTP/1.1 200')\nprint('answered', flush=True)")
        client = subprocess.Popen([sys.executable, "-c", program, str(server.port)], stdout=subprocess.PIPE)
        numbers = list(range(2_000_000, 0, -1))
        answered = False
        deadline = time.monotonic() + DEADLINE
        os.set_blocking(client.stdout.fileno(), False)
        switch = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        try:
            while not answered and time.monotonic() < deadline:
                sorted(numbers)
                answered = b"answered" in (client.stdout.read() or b"")
        finally:
            sys.setswitchinterval(switch)
            client.wait()
            client.stdout.close()
        self.assertTrue(answered)

    def test_a_handler_may_stop_its_server(self):
        def handler(request, response):
            server.stop()
            response.content = "not sent"

        server = self.serve(routes=[("GET", "/", handler)])
        start = time.monotonic()
        from support import exchange

        try:
            exchange(server.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        except ConnectionError:
            pass
        self.assertLess(time.monotonic() - start, DEADLINE / 2)
        self.assertFalse(server.started)

    def test_two_servers_share_nothing(self):
        def told(request, response):
            response.content = "%s %s" % (request.server.config["browser_host"], request.doc_root)

        from wireserve.wptserve.config import ConfigBuilder

        with ConfigBuilder(None, browser_host="one.test") as one, \
                ConfigBuilder(None, browser_host="two.test") as two:
            servers = [self.serve(config=config, routes=[("GET", "/", told)]) for config in (one, two)]
            for server, host in zip(servers, ("one.test", "two.test")):
                self.assertEqual(ask(server.port, "/")[2].decode(), "%s %s" % (host, self.folder))


class Interrupts(unittest.TestCase):
    def test_control_c_ends_a_blocking_server(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)):
            program = textwrap.dedent(START + """
    import signal

    # A job in the background of a shell ignores it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = WebTestHttpd(port=0, doc_root=tempfile.gettempdir())
    try:
        print("ready", flush=True)
        server.start(block=True)
    except KeyboardInterrupt:
        sys.exit(130)
""")
            process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
            try:
                self.assertEqual(process.stdout.readline(), b"ready\n")
                process.send_signal(number)
                self.assertEqual(process.wait(DEADLINE), code)
            finally:
                process.kill()
                process.stdout.close()


def memory():
    """The bytes that this process has in memory."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    unittest.main()
