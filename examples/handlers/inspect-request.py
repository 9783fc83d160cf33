"""Everything the server saw of your request, as JSON."""

import json


def text(data):
    """Bytes as text, one character for each byte, so that nothing is lost or refused."""
    return data.decode("latin-1")


def main(request, response):
    seen = {
        "request_line": text(request.request_line),
        "method": request.method,
        "url": request.url,
        "query": {text(k): [text(v) for v in values] for k, values in request.GET.items()},
        # raw_headers keeps order, case and duplicates; request.headers is the one to look up in.
        "headers": request.raw_headers.items(),
        "body": text(request.body),
        "client": request.client_address,
    }
    response.headers.set("Content-Type", "application/json")
    return json.dumps(seen, indent=2) + "\n"
