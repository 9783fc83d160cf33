"""Tornado's AsyncHTTPClient under test, which is its own simple client. It connects for each request."""

import asyncio
import base64
import json
import sys

import tornado
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httputil import HTTPHeaders


async def ask(client, request):
    headers = HTTPHeaders()
    for name, value in request["fields"]:
        headers.add(name, value)
    content = request.get("content")
    name, password = request.get("credentials", (None, None))
    asked = HTTPRequest(
        request["url"],
        request["method"],
        headers,
        None if content is None else base64.b64decode(content),
        auth_username=name,
        auth_password=password,
        allow_nonstandard_methods=True,
    )
    response = await client.fetch(asked, raise_error=False)
    # Its own errors have the status 599, and no buffer.
    if response.error is not None and response.buffer is None:
        raise response.error
    return {
        "status": response.code,
        "reason": response.reason,
        "fields": list(response.headers.get_all()),
        "content": base64.b64encode(response.body).decode(),
    }


async def main():
    print(json.dumps({"version": 1, "client": f"tornado {tornado.version}"}), flush=True)
    client = AsyncHTTPClient()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        try:
            outcome = await ask(client, request)
        except Exception as error:
            outcome = {"error": {"kind": type(error).__name__, "text": str(error)}}
        print(json.dumps(outcome | {"id": request["id"]}), flush=True)


asyncio.run(main())
