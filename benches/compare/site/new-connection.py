"""The trivial handler, but the connection is closed after its response.

The server closes it, since the load generator only closes if the response requires it.
"""


def main(request, response):
    response.headers.set("Connection", "close")
    return "hello"
