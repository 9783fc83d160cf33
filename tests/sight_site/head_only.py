"""Looks at the connection, and leaves the body to the server."""

import json

import shown


def main(request, response):
    seen = shown.connection(request.connection)
    seen["following"] = shown.text(request.connection.following)
    seen["segments"] = request.segments
    return json.dumps(seen)
