"""Fails before the handshake."""


def web_socket_do_extra_handshake(request):
    raise KeyError("a mistake of this handler")


def web_socket_transfer_data(request):
    pass
