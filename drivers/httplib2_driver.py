"""httplib2 under test: one Http, without a cache, which follows redirects."""

import base64
import json
import platform
import sys

import httplib2

client = httplib2.Http()
# It is based on http.client.
CLIENT = f"httplib2 {httplib2.__version__} (Python {platform.python_version()})"
print(json.dumps({"version": 1, "client": CLIENT}), flush=True)

# What httplib2 adds to the fields of a response.
OWN = ("status", "content-location", "-content-encoding")

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    client.clear_credentials()
    if "credentials" in request:
        client.add_credentials(*request["credentials"])
    content = request.get("content")
    body = None if content is None else base64.b64decode(content)
    try:
        response, content = client.request(request["url"], request["method"], body, dict(request["fields"]))
        outcome |= {"status": response.status, "reason": response.reason}
        outcome["fields"] = [pair for pair in response.items() if pair[0] not in OWN]
        outcome["content"] = base64.b64encode(content).decode()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
