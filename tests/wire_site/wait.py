"""Waits for `?seconds=` in the way that `?by=` names; the server notices only some of them."""

import queue
import select
import socket
import threading
import time

import census


def by_socket(seconds):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(seconds)
        try:
            ours.recv(1)
        except TimeoutError:
            pass


def by_queue(seconds):
    try:
        queue.Queue().get(timeout=seconds)
    except queue.Empty:
        pass


WAYS = {
    b"sleep": time.sleep,
    b"event": lambda seconds: threading.Event().wait(seconds),
    b"queue": by_queue,
    b"select": lambda seconds: select.select([], [], [], seconds),
    b"socket": by_socket,
}


def main(request, response):
    with census.counted():
        WAYS[request.GET.first(b"by")](float(request.GET.first(b"seconds")))
    return "waited"
