"""A status line from the query, in a head that never ends, as WPT's own scripts make it."""


def main(request, response):
    output = b"HTTP/1.1 " + request.GET.first(b"input") + b"\nheader-parsing: is sad\n"
    response.writer.write(output)
    response.close_connection = True
