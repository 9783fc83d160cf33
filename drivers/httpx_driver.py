"""httpx under test: one Client, which follows no redirects by default."""

import base64
import json
import sys

import httpx

client = httpx.Client()
print(json.dumps({"version": 1, "client": f"httpx {httpx.__version__}"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    # All cases have the same host, and cookies do not depend on the port.
    client.cookies.clear()
    try:
        content = request.get("content")
        asked = client.build_request(
            request["method"],
            request["url"],
            headers=request["fields"],
            content=None if content is None else base64.b64decode(content),
        )
        auth = tuple(request["credentials"]) if "credentials" in request else None
        response = client.send(asked, auth=auth, stream=True)
        outcome |= {"status": response.status_code, "reason": response.reason_phrase}
        raw = response.headers.raw
        outcome["fields"] = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw]
        outcome["url"] = str(response.url)
        content = next(response.iter_bytes(request["drop_after"])) if "drop_after" in request else response.read()
        outcome["content"] = base64.b64encode(content).decode()
        response.close()
    except httpx.TimeoutException:
        outcome["error"] = {"kind": "timeout"}
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
