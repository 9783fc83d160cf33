"""Returns while a thread that it has started is still receiving."""

from pywebsocket3 import handshake, msgutil


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    msgutil.MessageReceiver(request)
    msgutil.send_message(request, "now")
    raise handshake.AbortedByUserException("that is all")
