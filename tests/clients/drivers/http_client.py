"""Python's http.client: one `HTTPConnection` for a case, which connects again when it has closed."""

import http.client
from urllib.parse import urlsplit

from cases import meet


def client():
    connection = None

    def ask(url):
        nonlocal connection
        parts = urlsplit(url)
        if connection is None:
            connection = http.client.HTTPConnection(parts.netloc)
        connection.request("GET", parts._replace(scheme="", netloc="").geturl())
        response = connection.getresponse()
        return response, response.read

    return ask


meet(client)
