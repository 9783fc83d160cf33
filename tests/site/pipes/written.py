"""Writes by itself: the query's pipes change nothing."""


def main(request, response):
    response.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nham")
