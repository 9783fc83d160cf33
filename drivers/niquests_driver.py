"""niquests under test: one Session, with its own redirects and its own answer to credentials."""

import base64
import json
import sys

import niquests

session = niquests.Session()
print(json.dumps({"version": 1, "client": f"niquests {niquests.__version__}"}), flush=True)

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
        )
        outcome |= {"status": response.status_code, "reason": response.reason}
        outcome["fields"] = list(response.raw.headers.iteritems())
        outcome["content"] = base64.b64encode(response.content or b"").decode()
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
