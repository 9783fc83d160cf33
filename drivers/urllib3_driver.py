"""urllib3 under test: one PoolManager, with its own retries and redirects."""

import base64
import json
import platform
import sys
from urllib.parse import urljoin

import urllib3

pool = urllib3.PoolManager()
# It is based on http.client.
CLIENT = f"urllib3 {urllib3.__version__} (Python {platform.python_version()})"
print(json.dumps({"version": 1, "client": CLIENT}), flush=True)

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
            preload_content="drop_after" not in request,
        )
        outcome["status"] = response.status
        outcome["reason"] = response.reason
        outcome["fields"] = list(response.headers.iteritems())
        outcome["url"] = urljoin(request["url"], response.geturl())
        if "drop_after" in request:
            outcome["content"] = base64.b64encode(response.read(request["drop_after"])).decode()
            response.close()
        else:
            outcome["content"] = base64.b64encode(response.data).decode()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
