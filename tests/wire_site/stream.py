"""Sends `?pieces=` pieces of `?kib=` KiB each, or pieces without end, and records them in `streams`.

`?by=` is `generator`; `write`, whose response has no length; or `content`, whose response has one.
"""

import itertools

import streams


def write(write_piece, pieces, told):
    for piece in pieces:
        if not write_piece(piece):
            told.end = "write returned False"
            return
        told.sent += 1
    told.end = "done"


def generate(pieces, told):
    try:
        for piece in pieces:
            yield piece
            told.sent += 1
        told.end = "done"
    finally:
        told.end = told.end or "closed"


def main(request, response):
    told = streams.begin(request.GET.first(b"key"))
    piece = b"x" * (int(request.GET.first(b"kib")) * 1024)
    count = request.GET.first(b"pieces", None)
    pieces = itertools.repeat(piece, *[] if count is None else [int(count)])
    by = request.GET.first(b"by")
    if by == b"generator":
        return generate(pieces, told)
    if by == b"content":
        response.headers.set("Content-Length", len(piece) * int(count))
    response.write_status_headers()
    writer = response.writer
    write(writer.write_content if by == b"content" else writer.write, pieces, told)
