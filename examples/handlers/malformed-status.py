"""A malformed status line: ?line= is sent unchanged."""


def main(request, response):
    line = request.GET.first(b"line", b"HTTP/1.1 two-hundred Fine")

    response.writer.write(line + b"\r\nContent-Type: text/plain\r\n\r\nStill reading?\n")
    # No field delimits the body, so close the connection after it.
    response.close_connection = True
