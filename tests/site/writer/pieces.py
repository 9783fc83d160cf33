"""A body in pieces, with pauses between them; `?length` says its length first."""

import time


def main(request, response):
    if b"length" in request.GET:
        response.headers.set("Content-Length", 15)
    response.headers.set("Content-Type", "text/plain")
    response.write_status_headers()
    for piece in ["alpha", b"beta_", "gamma"]:
        time.sleep(0.01)
        if not response.writer.write_content(piece):
            return
