"""Returns as soon as another thread has begun to answer the client's close frame."""

import threading
import time

RETURNS = threading.Event()


class Slow:
    """A connection whose writes take longer than the handler needs to return."""

    def __init__(self, connection):
        self.connection = connection

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def write(self, data):
        RETURNS.wait()
        time.sleep(0.1)
        return self.connection.write(data)


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    RETURNS.clear()
    request.connection = Slow(request.connection)
    threading.Thread(target=request.ws_stream.receive_message).start()
    while not request.server_terminated:
        time.sleep(0.001)
    RETURNS.set()
