"""Writes its whole response itself."""


def main(request, response):
    writer = response.writer
    writer.write_status(200)
    writer.write_header(b"Content-Type", b"text/plain")
    writer.write_header(b"Content-Length", b"5")
    writer.end_headers()
    writer.write_content(b"hello")
