"""Writes a line that is not HTTP before the handshake."""


def web_socket_do_extra_handshake(request):
    request.connection.write(b"no such protocol\r\n\r\n")


def web_socket_transfer_data(request):
    pass
