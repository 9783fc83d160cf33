"""A reset in the middle of the body. Only wireserve has writer.socket.

It is a socket.socket on this connection. Closing a socket with a linger time of zero sends a TCP
reset (RST) instead of the usual FIN.
"""

import socket
import struct
import time


def main(request, response):
    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Content-Length", 100)
    response.write_status_headers()
    response.writer.write("Here it comes ...\n")

    time.sleep(0.1)  # let the bytes arrive: a reset discards what the client has not read
    connection = response.writer.socket
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    response.close_connection = True
