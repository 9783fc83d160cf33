"""A redirect: ?to= says where, ?status= which kind (302 if not given)."""


def main(request, response):
    to = request.GET.first(b"to", b"control-content-type.py?content-type=text/landed")
    status = int(request.GET.first(b"status", b"302"))

    # Empty content still counts as content: Content-Length: 0, and the connection stays open.
    return status, [("Location", to)], b""
