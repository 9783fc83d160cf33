"""Sends what a handler sees of the request, one message for each attribute."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    for seen in (
        request.uri,
        request.unparsed_uri,
        request.method,
        request.protocol,
        str(request.is_https()),
        request.ws_resource,
        str(request.ws_origin),
        str(request.ws_version),
        str(request.ws_requested_protocols),
        str(request.headers_in.get("X-Twice")),
        str(request.headers_in.get_all("x-twice")),
        str(request.headers_in["Host"] != ""),
        request.connection.remote_addr[0],
        request.connection.local_addr[0],
        str(type(request.connection.remote_addr[1])),
        str(len(request.connection.get_memorized_lines())),
        str((request.client_terminated, request.server_terminated)),
    ):
        msgutil.send_message(request, seen)
