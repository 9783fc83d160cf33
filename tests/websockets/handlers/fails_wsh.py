"""Fails once a message has been received."""


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    raise KeyError(request.ws_stream.receive_message())
