"""blacksheep's ClientSession under test, with its pools and redirects."""

import asyncio
import base64
import importlib.metadata
import json
import sys

from blacksheep import Content, Request
from blacksheep.client import ClientSession


async def ask(session, request):
    fields = [(name.encode(), value.encode()) for name, value in request["fields"]]
    asked = Request(request["method"], request["url"].encode(), fields)
    if request.get("content") is not None:
        asked = asked.with_content(Content(b"application/octet-stream", base64.b64decode(request["content"])))
    response = await session.send(asked)
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers]
    body = base64.b64encode(await response.read() or b"").decode()
    return {"status": response.status, "fields": fields, "content": body}


async def main():
    version = importlib.metadata.version("blacksheep")
    print(json.dumps({"version": 1, "client": f"blacksheep {version}"}), flush=True)
    loop = asyncio.get_running_loop()
    async with ClientSession() as session:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            request = json.loads(line)
            # All cases have the same host, and cookies do not depend on the port.
            if session.cookie_jar:
                session.cookie_jar._domain_cookies.clear()
                session.cookie_jar._host_only_cookies.clear()
            try:
                outcome = await ask(session, request)
            except Exception as error:
                outcome = {"error": {"kind": type(error).__name__, "text": str(error)}}
            print(json.dumps(outcome | {"id": request["id"]}), flush=True)


asyncio.run(main())
