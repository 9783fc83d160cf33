"""A redirect to ?to=, with the status ?status= (302 by default)."""


def main(request, response):
    to = request.GET.first(b"to", b"control-content-type.py?content-type=text/landed")
    status = int(request.GET.first(b"status", b"302"))

    # Empty content is still content: Content-Length is 0, and the connection stays open.
    return status, [("Location", to)], b""
