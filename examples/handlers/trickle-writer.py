"""The same body, written by hand: the handler writes the head, then one piece at a time.

The head has a Content-Length, so the connection stays open for the next request.
"""

import time


def main(request, response):
    count = int(request.GET.first(b"count", b"5"))
    pause = int(request.GET.first(b"ms", b"300")) / 1000
    pieces = ["piece %d of %d\n" % (n, count) for n in range(1, count + 1)]

    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Content-Length", len("".join(pieces)))
    response.write_status_headers()

    for piece in pieces:
        if piece is not pieces[0]:
            time.sleep(pause)
        if not response.writer.write_content(piece):
            return  # False: the client is gone
