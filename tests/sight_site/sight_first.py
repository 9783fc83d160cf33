"""Looks at the request as it came, then at its body."""

import json

import shown


def main(request, response):
    response.writer.send_continue()
    seen = shown.shown(request)
    seen["body"] = shown.body(request)
    seen["following"] = shown.text(request.connection.following)
    seen["connection"] = shown.connection(request.connection)
    seen["segments"] = request.segments
    return json.dumps(seen)
