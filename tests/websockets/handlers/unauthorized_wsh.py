"""Asks for credentials with a response that it writes itself."""

from pywebsocket3 import handshake, msgutil

REFUSAL = b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: Basic realm="a"\r\n\r\n'


def web_socket_do_extra_handshake(request):
    if request.headers_in.get("Authorization") != "Basic YTpi":
        request.connection.write(REFUSAL)
        raise handshake.AbortedByUserException("no credentials")


def web_socket_transfer_data(request):
    msgutil.send_message(request, "welcome")
