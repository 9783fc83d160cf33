"""Receives in a thread, and sends what came from the handler's own thread."""

from pywebsocket3 import msgutil


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    receiver = msgutil.MessageReceiver(request)
    message = receiver.receive()
    while message is not None:
        msgutil.send_message(request, "received " + message)
        message = receiver.receive()
