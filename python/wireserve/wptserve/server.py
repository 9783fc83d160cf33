"""`wptserve.server`: the servers of an embedding program, and what handlers use of this module.

The server itself is not written in Python; `httpd` has the classes that configure and control it. A handler
under the command `wireserve` runs in a server and does not make another one: there, importing one of these
classes says so.
"""

from urllib.parse import urlsplit, urlunsplit

from .config import ConfigBuilder  # noqa: F401
from .logger import get_logger  # noqa: F401
from .request import Request  # noqa: F401
from .response import Response  # noqa: F401
from .router import Followed, Router, Rules
from .utils import (  # noqa: F401
    HTTPException, get_error_cause, isomorphic_decode, isomorphic_encode)

__all__ = ["RequestRewriter", "Router"]

OF_HTTPD = frozenset([
    "BaseWebTestRequestHandler", "Http1WebTestRequestHandler", "Http2WebTestRequestHandler",
    "WebTestHttpd", "WebTestServer"])
LEFT_OUT = frozenset(["H2ConnectionGuard", "H2HandlerCopy", "H2Headers"])


class RequestRewriter(Followed):
    """Rules by which requests for one path become requests for another."""

    deciding = ("rules", "rewrite")
    reporting = Rules

    def __init__(self, rules):
        self.rules = {}
        # Of two rules for a path the first one counts.
        for rule in reversed(rules):
            self.register(*rule)

    def register(self, methods, input_path, output_path):
        """Adds a rule for a method, several, or all of them ("*")."""
        if isinstance(methods, (bytes, str)):
            methods = [methods]
        self.rules[input_path] = (methods, output_path)

    def rewrite(self, request_handler):
        """Applies the rule for the `path` and the `command` of an object, if there is one."""
        parts = urlsplit(request_handler.path)
        methods, destination = self.rules.get(parts.path, ((), None))
        if "*" in methods or request_handler.command in methods:
            request_handler.path = urlunsplit(parts._replace(path=destination))


def __getattr__(name):
    if name in OF_HTTPD:
        try:
            from . import httpd
        except ImportError:
            raise ImportError(
                "wptserve.server.%s is left out: this server is the command `wireserve`" % name) from None
        return getattr(httpd, name)
    if name in LEFT_OUT:
        raise ImportError("wptserve.server.%s is left out: this server has no HTTP/2" % name)
    raise AttributeError("module 'wptserve.server' has no attribute %r" % name)
