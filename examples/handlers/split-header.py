"""A header that comes in two halves, with a pause in the middle of its value.

writer.write sends bytes as they are, and they have left before it returns: what the client
reads first ends in the middle of a word.
"""

import time


def main(request, response):
    pause = int(request.GET.first(b"ms", b"500")) / 1000
    body = b"Did you see the pause?\n"

    response.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Halves: first ha")
    time.sleep(pause)
    response.writer.write(b"lf and second half\r\nContent-Length: %d\r\n\r\n" % len(body))
    response.writer.write(body)
