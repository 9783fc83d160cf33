"""Chooses the first subprotocol that the client offers, and sends it."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    if request.ws_requested_protocols:
        request.ws_protocol = request.ws_requested_protocols[0]


def web_socket_transfer_data(request):
    msgutil.send_message(request, str(request.ws_protocol))
