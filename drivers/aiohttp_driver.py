"""aiohttp under test: one ClientSession. The loop runs between requests, so that it notices closed connections."""

import asyncio
import base64
import json
import sys

import aiohttp


async def ask(session, request):
    content = request.get("content")
    async with session.request(
        request["method"],
        request["url"],
        headers=request["fields"],
        data=None if content is None else base64.b64decode(content),
        auth=aiohttp.BasicAuth(*request["credentials"]) if "credentials" in request else None,
    ) as response:
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in response.raw_headers]
        if "drop_after" in request:
            content = await response.content.readexactly(request["drop_after"])
            response.close()
        else:
            content = await response.read()
        return {
            "status": response.status,
            # Bytes that are not UTF-8 are surrogates.
            "reason": response.reason.encode(errors="surrogateescape").decode("latin-1"),
            "fields": fields,
            "content": base64.b64encode(content).decode(),
            "url": str(response.real_url),
        }


async def main():
    print(json.dumps({"version": 1, "client": f"aiohttp {aiohttp.__version__}"}), flush=True)
    loop = asyncio.get_running_loop()
    async with aiohttp.ClientSession() as session:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            request = json.loads(line)
            try:
                outcome = await ask(session, request)
            except Exception as error:
                outcome = {"error": {"kind": type(error).__name__, "text": str(error)}}
            print(json.dumps(outcome | {"id": request["id"]}), flush=True)


asyncio.run(main())
