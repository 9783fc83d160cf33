"""A program that `mypy --strict` accepts: the types of what programs use."""

from __future__ import annotations

import logging
import ssl

import wireserve
from wireserve.wptserve import handlers, pipes, routes, sslutils, stash, utils
from wireserve.wptserve.config import ConfigBuilder
from wireserve.wptserve.request import Authentication, Request
from wireserve.wptserve.response import Response
from wireserve.wptserve.router import Router, any_method
from wireserve.wptserve.server import RequestRewriter, WebTestHttpd


@handlers.handler
def hello(request: Request, response: Response) -> tuple[int, list[tuple[str, str]], str]:
    name: bytes = request.GET.first(b"name", b"world")
    response.headers.set("X-A", "b")
    return 200, [("Content-Type", "text/plain")], "Hello, " + utils.isomorphic_decode(name)


@handlers.json_handler
def data(request: Request, response: Response) -> dict[str, int]:
    return {"length": len(request.body)}


def bare(request: Request, response: Response) -> None:
    auth = Authentication(request.headers)
    response.status = (200, "Fine") if auth.username == b"user" else 401
    response.content = request.headers.get("host", b"none")


@pipes.pipe(pipes.opt(int))
def repeated(request: Request, response: Response, times: int = 2) -> Response:
    response.content = pipes.resolve_content(response) * times
    return response


class Own(Router):
    def get_handler(self, request: Request) -> handlers.FunctionHandler | None:
        return hello if request.method == "GET" else None


def answered(request: wireserve.Request) -> wireserve.Answerable:
    name: str | None = request.fields.get("X-Name")
    first: tuple[str, str] = request.query[0]
    return 200, {"X-Name": name or first[1]}, {"body": request.text, "problems": len(request.problems)}


def test_client(wire: wireserve.Server, fuzzed: wireserve.Fuzzed) -> None:
    url: str = wire.answers(503, answered, wireserve.answer("ok", delay=0.1))
    wire.get("/a", "a", {"b": [1]}, (404, None)).when(query={"a": "b"}, json=None).expect(least=1).delay(0.1)
    wire.https.script('send "a"', "close", path="/b").route.times(2).then(200, wireserve.raw(b"x"))
    context: ssl.SSLContext = wire.ssl_context
    fuzzed.judge(lambda url: url.encode())
    wrong: str | None = fuzzed.verdict(OSError())
    [request] = wire.requests
    clause: str = request.problems[0].clause
    print(url, context, wrong, clause, request.json(), wire.take_request(1).body)


def serves() -> None:
    with wireserve.serve("site", https=True) as server:
        @server.handler("/x", method="PUT")
        def put(request: wireserve.Request) -> int:
            return len(request.body)

        print(put, server.url_for("/x"))
        server.verify(unmatched=True)


def main() -> None:
    wireserve.install_as_wptserve(force=True)
    version: str = wireserve.__version__
    print(version)
    with ConfigBuilder(logging.getLogger(), browser_host="web.test") as config, stash.StashServer():
        httpd = WebTestHttpd(port=0, routes=[("GET", "/", hello), (any_method, "/bare", bare), *routes.routes],
                             config=config, rewrites=[("GET", "/a", "/b")], router_cls=Own,
                             rewriter_cls=RequestRewriter, latency=lambda: 1.5)
        httpd.router.register(["GET", "POST"], "/data", data)
        httpd.rewriter.register("*", "/old", "/data")
        httpd.start()
        url: str | None = httpd.get_url("/", query="name=you")
        port: int = httpd.port
        print(url, port, sslutils.get_cls("none").ssl_enabled)
        httpd.stop()


if __name__ == "__main__":
    main()
