"""Sends the bytes of the POST body to this server, and reports every piece that it sends back.

The response has one JSON object per line: for each piece, the bytes and the milliseconds since the
request was sent; finally, how it ended. The index page uses it to show the bytes on the wire.
"""

import json
import socket
import time

PATIENCE = 3  # seconds of silence before we stop waiting
ENOUGH = 64 * 1024  # bytes before we stop reading


def exchange(address, data):
    with socket.create_connection(address, timeout=PATIENCE) as peer:
        start = time.monotonic()

        def line(**what):
            ms = round((time.monotonic() - start) * 1000)
            return json.dumps({"ms": ms, **what}) + "\n"

        received = 0
        try:
            peer.sendall(data)
            while received < ENOUGH:
                piece = peer.recv(16 * 1024)
                if not piece:
                    yield line(end="closed")
                    return
                received += len(piece)
                yield line(bytes=piece.decode("latin-1"))
            yield line(end="enough")
        except TimeoutError:
            yield line(end="silence")
        except ConnectionError:
            yield line(end="reset")


def main(request, response):
    # Connect to the address at which this request arrived.
    address = response.writer._handler.connection.getsockname()[:2]
    return [("Content-Type", "application/x-ndjson")], exchange(address, request.body)
