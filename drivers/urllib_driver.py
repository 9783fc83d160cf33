"""Python's urllib.request under test: an opener for each request, which closes its connection."""

import base64
import json
import platform
import sys
import urllib.error
import urllib.request as client

print(json.dumps({"version": 1, "client": f"urllib (Python {platform.python_version()})"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    handlers = []
    if "credentials" in request:
        known = client.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, request["url"], *request["credentials"])
        handlers = [client.HTTPBasicAuthHandler(known), client.HTTPDigestAuthHandler(known)]
    opener = client.build_opener(*handlers)
    content = request.get("content")
    data = None if content is None else base64.b64decode(content)
    asked = client.Request(request["url"], data, dict(request["fields"]), method=request["method"])
    try:
        try:
            response = opener.open(asked)
        except urllib.error.HTTPError as error:
            response = error
        outcome |= {"status": response.status, "reason": response.reason, "fields": response.headers.items()}
        outcome["url"] = response.url
        with response:
            outcome["content"] = base64.b64encode(response.read(request.get("drop_after"))).decode()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
