"""Writes `?pieces=` times 1 MiB, and counts them in `progress`. `?ask` says how many there were."""

import progress

PIECE = b"." * (1024 * 1024)


def main(request, response):
    if b"ask" in request.GET:
        return str(progress.written)
    for _ in range(int(request.GET.first(b"pieces"))):
        response.writer.write(PIECE)
        progress.written += 1
    response.close_connection = True
