"""Sets two cookies in the handshake, one of them with a line break in its value, and sends the client's."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    request.extra_headers.append(("Set-Cookie", "ws=1; Path=/"))
    request.extra_headers.append(("Set-Cookie", "a=b\r\nX-Injected: yes"))


def web_socket_transfer_data(request):
    msgutil.send_message(request, request.headers_in.get("Cookie", "none"))
