"""Looks at the body, then at the request as it came."""

import json

import shown


def main(request, response):
    response.writer.send_continue()
    body = shown.body(request)
    seen = shown.shown(request)
    seen["body"] = body
    seen["following"] = shown.text(request.connection.following)
    seen["connection"] = shown.connection(request.connection)
    seen["segments"] = request.segments
    return json.dumps(seen)
