"""Answers with a subprotocol, whether the client has offered one or not."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    request.ws_requested_protocols = ["unoffered"]
    request.ws_protocol = "unoffered"


def web_socket_transfer_data(request):
    msgutil.send_message(request, request.ws_protocol)
