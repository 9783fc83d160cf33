"""Writes an answer, and then fails; or makes the library fail, with `?library`."""


def web_socket_do_extra_handshake(request):
    if request.uri.endswith("?library"):
        request.ws_extension_processors = [object()]
        return
    request.connection.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    raise KeyError("a mistake of this handler")


def web_socket_transfer_data(request):
    pass
