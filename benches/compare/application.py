"""The trivial handler as a WSGI application.

As with the other servers, one path closes the connection after the response.
"""


def application(environ, start_response):
    headers = [("Content-Type", "text/html"), ("Content-Length", "5")]
    if environ["PATH_INFO"] == "/new-connection.py":
        headers.append(("Connection", "close"))
    start_response("200 OK", headers)
    return [b"hello"]
