"""Answers a close frame with the client's code and reason, or without a code if it has none."""

from pywebsocket3 import common


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    while request.ws_stream.receive_message() is not None:
        pass


def web_socket_passive_closing_handshake(request):
    if request.ws_close_code == common.STATUS_NO_STATUS_RECEIVED:
        return None, ""
    return request.ws_close_code, request.ws_close_reason
