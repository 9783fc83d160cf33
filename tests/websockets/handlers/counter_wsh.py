"""Counts the connections that the server has had here: module state lives as long as the server."""

import threading

from pywebsocket3 import msgutil

lock = threading.Lock()
count = 0


def web_socket_do_extra_handshake(request):
    global count
    with lock:
        count += 1
        request.number = count


def web_socket_transfer_data(request):
    msgutil.send_message(request, str(request.number))
