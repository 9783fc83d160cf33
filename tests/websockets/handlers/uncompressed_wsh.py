"""Accepts no extension, and sends every message back."""


def web_socket_do_extra_handshake(request):
    request.ws_extension_processors = []


def web_socket_transfer_data(request):
    message = request.ws_stream.receive_message()
    while message is not None:
        request.ws_stream.send_message(message)
        message = request.ws_stream.receive_message()
