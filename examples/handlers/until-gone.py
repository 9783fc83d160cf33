"""Writes until the client disconnects.

The number of lines written by then is stored in the stash under ?key=; request it with &report.
"""

import json
import time


def main(request, response):
    key = request.GET.first(b"key")

    if b"report" in request.GET:  # null until the disconnect has been noticed
        return [("Content-Type", "application/json")], json.dumps(request.server.stash.take(key))

    lines = 0
    response.headers.set("Content-Type", "text/plain")
    response.write_status_headers()
    while response.writer.write_content("still here\n"):  # False once the client is gone
        lines += 1
        time.sleep(0.05)
    request.server.stash.put(key, lines)
