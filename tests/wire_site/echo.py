"""Answers with the request as JSON; text has one character for each byte."""

import json


def head(request):
    words = request.request_line.decode("latin-1").split()
    return {
        "method": request.method,
        "target": request.request_path,
        "version": words[2] if len(words) == 3 else "HTTP/0.9",
        "headers": request.raw_headers.items(),
    }


def main(request, response):
    return json.dumps({**head(request), "body": request.body.decode("latin-1")})
