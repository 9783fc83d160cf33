"""Sends a message in three frames with a ping in between, then an empty text and an empty binary message."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    msgutil.send_message(request, "one ", end=False)
    msgutil.send_ping(request, "are you there?")
    msgutil.send_message(request, "two ", end=False)
    msgutil.send_message(request, "three")
    msgutil.send_message(request, "")
    msgutil.send_message(request, b"", binary=True)
