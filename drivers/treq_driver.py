"""treq under test, which is Twisted's HTTP client: one HTTPClient over an Agent with its pool."""

import base64
import importlib.metadata
import json
import sys

from treq.client import HTTPClient
from twisted.internet import reactor
from twisted.internet.defer import inlineCallbacks
from twisted.internet.threads import deferToThread
from twisted.web.client import Agent, HTTPConnectionPool
from twisted.web.http_headers import Headers


def version():
    treq, twisted = (importlib.metadata.version(name) for name in ("treq", "twisted"))
    return f"treq {treq} (Twisted {twisted})"


@inlineCallbacks
def ask(client, request):
    headers = Headers()
    for name, value in request["fields"]:
        headers.addRawHeader(name, value)
    content = request.get("content")
    response = yield client.request(
        request["method"],
        request["url"],
        headers=headers,
        data=None if content is None else base64.b64decode(content),
        auth=tuple(request["credentials"]) if "credentials" in request else None,
    )
    body = yield response.content()
    lines = response.headers.getAllRawHeaders()
    return {
        # -200 is no status.
        "status": max(0, response.code),
        "reason": response.phrase.decode("latin-1"),
        "fields": [(name.decode("latin-1"), value.decode("latin-1")) for name, values in lines for value in values],
        "content": base64.b64encode(body).decode(),
    }


@inlineCallbacks
def main():
    print(json.dumps({"version": 1, "client": version()}), flush=True)
    client = HTTPClient(Agent(reactor, pool=HTTPConnectionPool(reactor)))
    while line := (yield deferToThread(sys.stdin.readline)):
        request = json.loads(line)
        try:
            outcome = yield ask(client, request)
        except Exception as error:
            # A failure of a connection has its reasons in a list.
            reasons = getattr(error, "reasons", [])
            text = " ".join([str(error), *(reason.getErrorMessage() for reason in reasons)])
            outcome = {"error": {"kind": type(error).__name__, "text": text}}
        print(json.dumps(outcome | {"id": request["id"]}), flush=True)
    reactor.stop()


reactor.callWhenRunning(main)
reactor.run()
