"""Reads the query and a header, and answers with a status, headers and content."""


def main(request, response):
    name = request.GET.first(b"name")
    host = request.headers.get(b"Host")
    headers = [("Content-Type", "text/plain"), ("X-Name", name), ("X-Host", host)]
    return 200, headers, b"hello " + name
