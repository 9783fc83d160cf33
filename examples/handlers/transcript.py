"""Sends the bytes of the POST body to this very server, and reports every piece that comes back.

One JSON object on a line for each piece, with the milliseconds since the request was sent; the
last one says how it ended. This is how the index page shows what no browser would.
"""

import json
import socket
import time

PATIENCE = 3  # seconds of silence after which we stop waiting for more
ENOUGH = 64 * 1024  # bytes after which we stop reading


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
    # The address at which this request reached us is the one to call back.
    address = response.writer._handler.connection.getsockname()[:2]
    return [("Content-Type", "application/x-ndjson")], exchange(address, request.body)
