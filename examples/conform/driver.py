"""The driver of the client: what docs/conform.md asks for, in twenty lines."""

import base64
import json
import sys

import client


def answer(job):
    if job.get("trailers"):
        return {"unable": "this client sends no trailers"}
    content = base64.b64decode(job["content"]) if "content" in job else None
    try:
        response = client.request(job["method"], job["url"], job["fields"], content)
    except Exception as error:
        return {"error": {"kind": type(error).__name__, "text": str(error)}}
    outcome = vars(response) | {"content": base64.b64encode(response.content).decode()}
    outcome["interim"] = [{"status": one.status, "fields": one.fields} for one in response.interim]
    return outcome


print(json.dumps({"version": 1, "client": "example client 1.0"}), flush=True)
for request in map(json.loads, sys.stdin):
    print(json.dumps({"id": request["id"]} | answer(request)), flush=True)
