"""Reads eleven raw bytes after the handshake, a frame of five masked bytes, and writes them back."""

from pywebsocket3 import handshake


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    got = b""
    while len(got) < 11:
        got += request.connection.read(11 - len(got))
    request.connection.write(bytearray(got))
    request.connection.write(memoryview(b"!"))
    raise handshake.AbortedByUserException("that is all")
