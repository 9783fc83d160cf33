"""aiosonic under test: one HTTPClient with its pool."""

import asyncio
import base64
import importlib.metadata
import json
import sys

import aiosonic


async def ask(client, request):
    content = request.get("content")
    response = await client.request(
        request["url"],
        request["method"],
        headers=dict(request["fields"]),
        data=None if content is None else base64.b64decode(content),
    )
    body = base64.b64encode(await response.content()).decode()
    fields = [(text(name), text(value)) for name, value in response.raw_headers]
    return {"status": response.status_code, "fields": fields, "content": body}


def text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


async def main():
    print(json.dumps({"version": 1, "client": f"aiosonic {importlib.metadata.version('aiosonic')}"}), flush=True)
    client = aiosonic.HTTPClient()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            outcome = await ask(client, request)
        except Exception as error:
            outcome = {"error": {"kind": type(error).__name__, "text": str(error)}}
        print(json.dumps(outcome | {"id": request["id"]}), flush=True)


asyncio.run(main())
