"""urllib3 under test: one PoolManager, with its own retries and redirects."""

import base64
import json
import sys

import urllib3

pool = urllib3.PoolManager()
print(json.dumps({"version": 1, "client": f"urllib3 {urllib3.__version__}"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    try:
        content = request.get("content")
        response = pool.request(
            request["method"],
            request["url"],
            headers=urllib3.HTTPHeaderDict(request["fields"]),
            body=None if content is None else base64.b64decode(content),
        )
        outcome["status"] = response.status
        outcome["reason"] = response.reason
        outcome["fields"] = list(response.headers.iteritems())
        outcome["content"] = base64.b64encode(response.data).decode()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
