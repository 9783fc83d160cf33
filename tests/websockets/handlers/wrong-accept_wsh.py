"""Makes the handshake itself, for a key that the client has not sent, with a message in the same write."""

from pywebsocket3 import handshake
from pywebsocket3.handshake import hybi

HEAD = (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: %s\r\n\r\n")


def web_socket_do_extra_handshake(request):
    accept = hybi.compute_accept_from_unicode("AAAAAAAAAAAAAAAAAAAAAA==")
    request.connection.write(HEAD % accept + b"\x81\x05early")
    raise handshake.AbortedByUserException("done")


def web_socket_transfer_data(request):
    pass
