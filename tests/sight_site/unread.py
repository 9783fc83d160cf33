"""Shows what there is before a request."""

import json

import shown


def main(request, response):
    seen = shown.shown(request)
    seen["following"] = shown.text(request.connection.following)
    seen["connection"] = shown.connection(request.connection)
    seen["segments"] = request.segments
    response.writer.write(json.dumps(seen) + "\n")
