"""Refuses, with a status that the library replaces by 403, or leaves without an answer."""

from pywebsocket3 import handshake


def web_socket_do_extra_handshake(request):
    if request.uri.endswith("?silently"):
        raise handshake.AbortedByUserException("no answer")
    raise handshake.HandshakeException("not today", 451)


def web_socket_transfer_data(request):
    pass
