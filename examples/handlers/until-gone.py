"""Writes until the client goes away, and notices when it does.

How many lines it had written by then is kept in the stash, under ?key=; ask for it with &report.
"""

import json
import time


def main(request, response):
    key = request.GET.first(b"key")

    if b"report" in request.GET:  # null until the client's leaving has been noticed
        return [("Content-Type", "application/json")], json.dumps(request.server.stash.take(key))

    lines = 0
    response.headers.set("Content-Type", "text/plain")
    response.write_status_headers()
    while response.writer.write_content("still here\n"):  # False once nobody listens
        lines += 1
        time.sleep(0.05)
    request.server.stash.put(key, lines)
