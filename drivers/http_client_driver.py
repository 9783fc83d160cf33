"""Python's http.client under test: one HTTPConnection per origin, which connects again when it has closed."""

import base64
import http.client
import json
import platform
import sys
from urllib.parse import urlsplit

connections = {}
print(json.dumps({"version": 1, "client": f"http.client (Python {platform.python_version()})"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    url = urlsplit(request["url"])
    connection = connections.setdefault(url.netloc, http.client.HTTPConnection(url.netloc))
    try:
        content = request.get("content")
        body = None if content is None else base64.b64decode(content)
        connection.request(request["method"], url.path, body, dict(request["fields"]))
        response = connection.getresponse()
        outcome |= {"status": response.status, "reason": response.reason, "fields": response.getheaders()}
        outcome["content"] = base64.b64encode(response.read(request.get("drop_after"))).decode()
        if "drop_after" in request:
            # Its documentation requires that a response is read whole before the next request.
            connection.close()
    except Exception as error:
        connection.close()
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
