"""The request as the server received it, as JSON."""

import json


def text(data):
    """Bytes as text, one character per byte, so that no byte is lost."""
    return data.decode("latin-1")


def main(request, response):
    seen = {
        "request_line": text(request.request_line),
        "method": request.method,
        "url": request.url,
        "query": {text(k): [text(v) for v in values] for k, values in request.GET.items()},
        # raw_headers keeps order, case and duplicates; request.headers is for lookups.
        "headers": request.raw_headers.items(),
        "body": text(request.body),
        "client": request.client_address,
    }
    response.headers.set("Content-Type", "application/json")
    return json.dumps(seen, indent=2) + "\n"
