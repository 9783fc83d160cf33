"""Promises more bytes than it sends, and keeps the connection."""


def main(request, response):
    response.writer.write_status(200)
    response.writer.write_header(b"Content-Length", 100)
    response.writer.end_headers()
    response.writer.write(b"only this")
