"""Sends back what the client's pings and pongs contain, as text."""

from pywebsocket3 import msgutil


def show_ping(request, body):
    msgutil.send_message(request, "ping %r" % body)


def show_pong(request, body):
    msgutil.send_message(request, "pong %r" % body)


def web_socket_do_extra_handshake(request):
    request.on_ping_handler = show_ping
    request.on_pong_handler = show_pong


def web_socket_transfer_data(request):
    while request.ws_stream.receive_message() is not None:
        pass
