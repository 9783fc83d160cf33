"""`WebTestHttpd`: a server in this process, with wptserve's interface. Scripts find it in `wptserve.server`.

The router and the rewriter stay Python objects, and the native server follows their changes. It chooses among
the routes itself, serves files and runs scripts itself, and calls other handlers on its own threads. Routers and
rewriters that choose in their own way are asked for each request instead.
"""

import json
import os
import threading
import time
from urllib.parse import urlsplit, urlunsplit

from .. import _native
from . import file_handlers, handlers, other_name
from . import routes as default_routes
from .config import ConfigBuilder, json_types
from .logger import get_logger
from .request import Server
from .router import Router, any_method, pattern_of
from .server import RequestRewriter

__all__ = ["WebTestHttpd", "WebTestServer"]


class BaseWebTestRequestHandler:
    """The base of the classes below."""


class Http1WebTestRequestHandler(BaseWebTestRequestHandler):
    """Stands for the server's own way of reading requests."""


class Http2WebTestRequestHandler(BaseWebTestRequestHandler):
    """Stands for HTTP/2, which this server does not speak."""


class WebTestServer:
    """The listening part of a `WebTestHttpd`: its `httpd`."""

    _server = None

    def __init__(self, server_address, router, rewriter, bind_address=True, config=None, use_ssl=False,
                 key_file=None, certificate=None, encrypt_after_connect=False, latency=None):
        host, port = server_address
        self.scheme = "https" if use_ssl else "http"
        self.logger = get_logger()
        if config is None:
            def configure(port):
                return of_both_kinds(default_config(host, port))
        else:
            def configure(port):
                return of_both_kinds(config)
        self._server = _native.Server(
            ipv4(host) if bind_address else "0.0.0.0", port, doc_root=folder(router.doc_root),
            certificate=certificate if use_ssl else None, key=key_file if use_ssl else None,
            encrypt_after_connect=bool(encrypt_after_connect), configure=configure, as_wptserve=True)
        self.server_address = (self._server.host, self._server.port)
        self.server_name = host
        self.server_port = self._server.port
        self.socket = ListeningSocket(self.server_address)
        self._stopped = threading.Event()
        # Scripts say `import wptserve`.
        other_name.install_last()
        vars(self).update(router=router, rewriter=rewriter, latency=latency)
        router.changed = rewriter.changed = self._changed

    def __setattr__(self, name, value):
        former = vars(self).get(name)
        super().__setattr__(name, value)
        if name in ("router", "rewriter"):
            former.changed = None
            value.changed = self._changed
        elif name == "latency":
            self._changed()

    def _changed(self, added=None):
        server, router = self._server, self.router
        if server is None:
            return
        if added is not None and is_plain(router, self.rewriter, self.latency):
            for route in filter(None, map(native_route(router), added)):
                server.register(*route)
        else:
            server.replace_routes(*plan(router, self.rewriter, self.latency))

    def start(self):
        """Answers requests from now on."""
        self._server.start()

    def serve_forever(self, poll_interval=0.5):
        """Answers requests until `shutdown` is called, or the process is interrupted."""
        self.start()
        # A signal that comes just before a wait does not end it.
        while not self._stopped.wait(min(poll_interval, LOOK)):
            pass

    def wait(self):
        """Returns when `shutdown` has been called."""
        self._stopped.wait()

    def shutdown(self):
        """Stops listening. Handlers that are running continue."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()
        self._stopped.set()

    server_close = shutdown


class ListeningSocket:
    """The part of a listening socket that programs ask."""

    def __init__(self, address):
        self._address = address

    def getsockname(self):
        return self._address


class WebTestHttpd:
    """A server. The constructor listens; clients that connect are answered once `start` has been called.

    `routes` are methods, patterns and handlers, of which the first that matches answers; by default files and
    scripts below `doc_root` are served. `rewrites` are methods, paths and the paths that take their places.
    With `use_ssl` and `encrypt_after_connect`, connections begin in the clear, and TLS follows the answer to CONNECT.
    `latency` is a number of milliseconds before each response, or a function that returns one. `config` is what
    handlers see as `request.server.config`.
    """

    def __init__(self, host="127.0.0.1", port=8000, server_cls=None,
                 handler_cls=Http1WebTestRequestHandler, use_ssl=False, key_file=None, certificate=None,
                 encrypt_after_connect=False, router_cls=Router, doc_root=os.curdir, ws_doc_root=None,
                 routes=None, rewriter_cls=RequestRewriter, bind_address=True, rewrites=None, latency=None,
                 config=None, http2=False):
        refuse(server_cls, handler_cls, router_cls, rewriter_cls, http2)
        self.host = host
        self.use_ssl = use_ssl
        self.http2 = http2
        self.logger = get_logger()
        self.started = False
        self.server_thread = None
        self.router = router_cls(doc_root, default_routes.routes if routes is None else routes)
        self.rewriter = rewriter_cls([] if rewrites is None else rewrites)
        if use_ssl:
            for kind, path in (("key", key_file), ("certificate", certificate)):
                if not os.path.exists(path):
                    raise ValueError("expected a %s file for TLS, found none at %s" % (kind, path))
        try:
            self.httpd = WebTestServer(
                (host, port), self.router, self.rewriter, bind_address=bind_address, config=config,
                use_ssl=use_ssl, key_file=key_file, certificate=certificate,
                encrypt_after_connect=encrypt_after_connect, latency=latency)
        except OSError as error:
            self.logger.critical("cannot start the HTTP server on port %s: %s", port, error)
            raise
        self.port = self.httpd.server_port

    def start(self, block=False):
        """Answers requests from now on. With `block`, returns when the server has stopped."""
        if self.httpd is None:
            raise AttributeError("the server has been stopped: make another one")
        self.logger.info("Starting %s server on %s:%s", self.httpd.scheme, self.host, self.port)
        self.started = True
        if block:
            self.httpd.serve_forever()
        else:
            self.httpd.start()
            # Programs join it, to wait until another thread stops the server. It keeps a server that nothing else holds.
            self.server_thread = threading.Thread(target=self.httpd.wait, daemon=True)
            self.server_thread.start()

    def stop(self):
        """Stops the server. Does not wait for handlers that are running."""
        httpd, self.httpd = self.httpd, None
        self.started = False
        if httpd is not None:
            httpd.shutdown()
            if self.server_thread is not None:
                self.server_thread.join()
                self.server_thread = None
            self.logger.info("Stopped %s server on %s:%s", httpd.scheme, self.host, self.port)

    def get_url(self, path="/", query=None, fragment=None):
        """The URL of a path; None unless the server has been started."""
        if not self.started:
            return None
        scheme = "https" if self.use_ssl else "http"
        return urlunsplit((scheme, "%s:%s" % (self.host, self.port), path, query, fragment))


def refuse(server_cls, handler_cls, router_cls, rewriter_cls, http2):
    """Refuses what a native server cannot do, rather than to do something else."""
    if http2 or handler_cls is Http2WebTestRequestHandler:
        raise ValueError("expected HTTP/1.1, found HTTP/2: this server does not speak it")
    if server_cls not in (None, WebTestServer):
        raise ValueError("expected no server_cls, found %r: the server is not written in Python" % server_cls)
    if handler_cls is not None and not issubclass(handler_cls, BaseWebTestRequestHandler):
        raise ValueError("expected Http1WebTestRequestHandler as handler_cls, found %r" % handler_cls)
    for given, base in ((router_cls, Router), (rewriter_cls, RequestRewriter)):
        if isinstance(given, type) and not issubclass(given, base):
            raise ValueError("expected a subclass of %s, found %r" % (base.__name__, given))


def plan(router, rewriter, latency):
    """The routes and rewrites of a native server that answers as these choose."""
    if is_plain(router, rewriter, latency):
        routes = [route for route in map(native_route(router), router.routes) if route]
        return routes, native_rewrites(rewriter)
    return [("*", "*", Asked(router, rewriter, latency))], []


def is_plain(router, rewriter, latency):
    """Whether routes and rules say all there is to say about the choice of a handler, which is called at once."""
    return (latency is None
            and type(router).get_handler is Router.get_handler
            and "get_handler" not in vars(router)
            and type(rewriter).rewrite is RequestRewriter.rewrite
            and "rewrite" not in vars(rewriter)
            and all(len(methods) == 1 for methods, _ in rewriter.rules.values())
            and all(pattern_of(expression) is not None for _, expression, _ in router.routes))


def native_route(router):
    root = folder(router.doc_root)

    def convert(route):
        method, expression, handler = route
        if method is any_method:
            method = "*"
        if not isinstance(method, str):
            # Methods of requests are text, so that bytes equal none.
            return None
        return method, pattern_of(expression), native_handler(handler, root)

    return convert


def native_rewrites(rewriter):
    rules = rewriter.rules.items()
    return [(text(method), path, destination) for path, ([method], destination) in rules]


def native_handler(handler, root):
    """The native form of a handler that is exactly one of this package, or a call of it."""
    kind = type(handler)
    base_path = getattr(handler, "base_path", None)
    own_root = root if not base_path else folder(base_path)
    url_base = getattr(handler, "url_base", "/")
    if not (isinstance(url_base, str) and url_base.startswith("/") and url_base.endswith("/")):
        url_base = "/"
        kind = None
    if kind in NATIVE and vars(handler).keys() <= {"base_path", "url_base"}:
        return NATIVE[kind](own_root, url_base)
    if kind is handlers.FunctionHandler and vars(handler).keys() == {"func"}:
        return _native.Handler.returned_by(handler.func, own_root, url_base)
    return _native.Handler.calling(handler, own_root, url_base)


NATIVE = {
    file_handlers.AsIsHandler: _native.Handler.as_is,
    file_handlers.FileHandler: _native.Handler.files,
    file_handlers.PythonScriptHandler: _native.Handler.scripts,
}


class Asked:
    """Asks a router and a rewriter for each request, and waits before each response."""

    def __init__(self, router, rewriter, latency):
        self.router = router
        self.rewriter = rewriter
        self.latency = latency

    def __call__(self, request, response):
        rewritten = Rewritten(request)
        self.rewriter.rewrite(rewritten)
        request.method = rewritten.command
        if rewritten.path != request.request_path:
            request.request_path = rewritten.path
            parts = request.url_parts
            target = urlsplit(rewritten.path)
            request.url_parts = parts._replace(path=target.path, query=target.query, fragment=target.fragment)
            request.url = request.url_parts.geturl()
        handler = self.router.get_handler(request)
        request.doc_root = getattr(handler, "base_path", None) or folder(self.router.doc_root)
        if getattr(handler, "url_base", "/") != "/":
            request.url_base = handler.url_base
        if self.latency is not None:
            wait(self.latency)
        if handler is None:
            response.set_error(404)
        else:
            handler(request, response)


def wait(latency):
    """Waits for a number of milliseconds, or for that which a function returns."""
    milliseconds = latency() if callable(latency) else latency
    get_logger().warning("waiting for %i ms before the response", milliseconds)
    time.sleep(milliseconds / 1000)


class Rewritten:
    """What a rewriter sees of a request, with the names of `http.server`. It may change `command` and `path`."""

    def __init__(self, request):
        self.command = request.method
        self.path = request.request_path
        self.headers = request.raw_headers
        self.raw_requestline = request.request_line
        self.client_address = request.client_address


def default_config(host, port):
    """The configuration of a server that was given none."""
    with ConfigBuilder(get_logger(), browser_host=host, ports={"http": [port]}) as config:
        return config


def of_both_kinds(config):
    """A configuration as handlers and as templates see it. Requests that no server has received see the last one."""
    Server.config = config
    facts = config.as_dict() if hasattr(config, "as_dict") else json_types(dict(config))
    return config, json.dumps(facts)


def folder(path):
    """A folder without a slash at its end. Without one, nothing is found."""
    path = os.devnull if path is None else os.fspath(path)
    return path.rstrip("/") or ("/" if path else ".")


def ipv4(host):
    """The first IPv4 address of a host name, or all addresses for an empty one."""
    import socket

    if host == "":
        return "0.0.0.0"
    return socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)[0][4][0]


def text(method):
    return method.decode("latin-1") if isinstance(method, bytes) else method


# How often a blocking server looks whether the process has been interrupted, in seconds.
LOOK = 0.1

