"""The trivial handler for servers that speak WSGI.

As with the others, the server ends the connection behind the response if the path asks for that.
"""


def application(environ, start_response):
    headers = [("Content-Type", "text/html"), ("Content-Length", "5")]
    if environ["PATH_INFO"] == "/new-connection.py":
        headers.append(("Connection", "close"))
    start_response("200 OK", headers)
    return [b"hello"]
