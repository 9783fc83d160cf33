"""A reset in the middle of the body. Only wireserve has writer.socket.

It is a socket.socket on this very connection. Closing one that lingers for zero seconds does
not say goodbye: the client gets a TCP reset (RST) instead of an orderly end (FIN).
"""

import socket
import struct
import time


def main(request, response):
    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Content-Length", 100)
    response.write_status_headers()
    response.writer.write("Here it comes ...\n")

    time.sleep(0.1)  # let that arrive: a reset throws away what has not been read yet
    connection = response.writer.socket
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    response.close_connection = True
