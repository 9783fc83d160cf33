"""A body that arrives in pieces: the content is a generator.

Each piece is sent before the next one is requested. The total length is unknown, so there is no
Content-Length, and the connection closes after the last piece.
"""

import time


def pieces(count, pause):
    for n in range(1, count + 1):
        yield "piece %d of %d\n" % (n, count)
        if n < count:
            time.sleep(pause)


def main(request, response):
    count = int(request.GET.first(b"count", b"5"))
    pause = int(request.GET.first(b"ms", b"300")) / 1000

    return [("Content-Type", "text/plain")], pieces(count, pause)
