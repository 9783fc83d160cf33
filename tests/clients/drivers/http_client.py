"""Python's http.client: one `HTTPConnection` or `HTTPSConnection` for a case, which connects again when it has closed."""

import http.client
from urllib.parse import urlsplit

from cases import meet


def client():
    connection = None

    def ask(url):
        nonlocal connection
        parts = urlsplit(url)
        if connection is None:
            connections = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
            connection = connections[parts.scheme](parts.netloc)
        connection.request("GET", parts._replace(scheme="", netloc="").geturl())
        response = connection.getresponse()
        return response, response.read

    return ask


meet(client)
