"""Writes in pieces, 50 ms apart; each piece says when it was written, by the monotonic clock.

`?by=` says how: `write`, `header` or `generator`. A stamp is `at=`, the time in nanoseconds and `;`.
"""

import time

PAUSE = 0.05


def stamp():
    return "at=%d;" % time.monotonic_ns()


def by_write(response):
    response.writer.write("HTTP/1.1 200 OK\r\n\r\n" + stamp())
    for _ in range(2):
        time.sleep(PAUSE)
        response.writer.write(stamp())
    response.close_connection = True


def by_header(response):
    response.writer.write_header("X-First", stamp())
    time.sleep(PAUSE)
    response.writer.write_header("X-Second", stamp())
    time.sleep(PAUSE)
    response.writer.write_header("X-Third", stamp())
    response.writer.end_headers()


def by_generator(response):
    yield stamp()
    for _ in range(2):
        time.sleep(PAUSE)
        yield stamp()


def main(request, response):
    ways = {b"write": by_write, b"header": by_header, b"generator": by_generator}
    return ways[request.GET.first(b"by")](response)
