"""Closes with the code and the reason that the client asks for: `CODE REASON`, `none` or `nothing`."""

from pywebsocket3 import common


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    asked = request.ws_stream.receive_message()
    if asked == "nothing":
        return
    if asked == "none":
        request.ws_stream.close_connection(None)
    elif asked == "going away":
        request.ws_stream.close_connection(common.STATUS_GOING_AWAY, "bye")
    else:
        code, _, reason = asked.partition(" ")
        request.ws_stream.close_connection(int(code), reason)
