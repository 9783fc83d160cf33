"""Serves in a child that `multiprocessing` makes in the way that the argument names."""

import multiprocessing
import os
import sys
import urllib.request

from wireserve.wptserve import handlers
from wireserve.wptserve.server import WebTestHttpd


def answer(request, response):
    return "pid %d" % os.getpid()


ROUTES = [("GET", "/", handlers.handler(answer)),
          ("GET", "/text", handlers.StringHandler("a text", "text/plain")),
          ("GET", "*", handlers.FileHandler())]


def child(routes, port, stop):
    server = WebTestHttpd(port=0, doc_root=os.path.dirname(__file__), routes=routes)
    server.start()
    port.send((server.port, os.getpid()))
    stop.wait()
    server.stop()


def ask(port, path):
    with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path)) as response:
        return response.read().decode()


if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    own = WebTestHttpd(port=0, doc_root=os.path.dirname(__file__), routes=ROUTES)
    own.start()
    received, port = context.Pipe(False)
    stop = context.Event()
    process = context.Process(target=child, args=(ROUTES, port, stop))
    process.start()
    number, pid = received.recv()
    assert ask(number, "/") == "pid %d" % pid and pid != os.getpid()
    assert ask(number, "/text") == "a text"
    assert "NAME" in ask(number, "/beside.py")
    assert ask(own.port, "/") == "pid %d" % os.getpid()
    stop.set()
    process.join()
    assert process.exitcode == 0, process.exitcode
    own.stop()
    print("both")
