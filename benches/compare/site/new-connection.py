"""The trivial handler, but the connection ends behind its response.

The server closes rather than the client, because the load generator reads that from the response
only.
"""


def main(request, response):
    response.headers.set("Connection", "close")
    return "hello"
