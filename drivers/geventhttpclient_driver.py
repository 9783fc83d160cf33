"""geventhttpclient under test: one HTTPClient per origin, which keeps its connections."""

import base64
import importlib.metadata
import json
import sys
from urllib.parse import urlsplit

from geventhttpclient import HTTPClient

clients = {}
version = importlib.metadata.version("geventhttpclient")
print(json.dumps({"version": 1, "client": f"geventhttpclient {version}"}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    outcome = {"id": request["id"]}
    url = urlsplit(request["url"])
    client = clients.setdefault(
        url.netloc, HTTPClient(url.hostname, url.port, network_timeout=None, connection_timeout=None)
    )
    content = request.get("content")
    body = b"" if content is None else base64.b64decode(content)
    try:
        response = client.request(request["method"], url.path, body, dict(request["fields"]))
        outcome["content"] = base64.b64encode(bytes(response.read())).decode()
        outcome |= {
            "status": response.status_code,
            "fields": [(str(name), str(value)) for name, value in response.headers],
        }
    except Exception as error:
        outcome["error"] = {"kind": type(error).__name__, "text": str(error)}
    print(json.dumps(outcome), flush=True)
