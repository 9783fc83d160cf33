"""A status line that is not one: ?line= goes out as it is."""


def main(request, response):
    line = request.GET.first(b"line", b"HTTP/1.1 two-hundred Fine")

    response.writer.write(line + b"\r\nContent-Type: text/plain\r\n\r\nStill reading?\n")
    # Nothing here says where the body ends, so close after it.
    response.close_connection = True
