"""requests under test: one Session, with its own redirects and its own answer to credentials."""

import base64
import json
import platform
import sys

import requests

session = requests.Session()
# It is based on http.client.
CLIENT = f"requests {requests.__version__} (Python {platform.python_version()})"
print(json.dumps({"version": 1, "client": CLIENT}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    # All cases have the same host, and cookies do not depend on the port.
    session.cookies.clear()
    try:
        content = request.get("content")
        response = session.request(
            request["method"],
            request["url"],
            headers=dict(request["fields"]),
            data=None if content is None else base64.b64decode(content),
            auth=tuple(request["credentials"]) if "credentials" in request else None,
            stream="drop_after" in request,
        )
        outcome |= {"status": response.status_code, "reason": response.reason}
        outcome["fields"] = list(response.raw.headers.iteritems())
        outcome["url"] = response.url
        content = next(response.iter_content(request["drop_after"])) if "drop_after" in request else response.content
        outcome["content"] = base64.b64encode(content).decode()
        response.close()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
