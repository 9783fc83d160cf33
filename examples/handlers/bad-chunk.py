"""A malformed chunked body: one valid chunk, then a chunk whose size is not a number."""


def main(request, response):
    response.headers.set("Content-Type", "text/plain")
    response.headers.set("Transfer-Encoding", "chunked")
    response.write_status_headers()
    response.writer.write("c\r\nA good one.\n\r\n")
    response.writer.write("many\r\nA bad one.\n\r\n")
