"""`wptserve.server`: what a handler can use of the module that is the server in the reference.

The classes of the server itself are left out: a handler runs in a server and does not make another one.
Importing one of them says so.
"""

from urllib.parse import urlsplit, urlunsplit

from wptserve.config import ConfigBuilder  # noqa: F401
from wptserve.logger import get_logger  # noqa: F401
from wptserve.request import Request  # noqa: F401
from wptserve.response import Response  # noqa: F401
from wptserve.router import Router
from wptserve.utils import (  # noqa: F401
    HTTPException, get_error_cause, isomorphic_decode, isomorphic_encode)

__all__ = ["RequestRewriter", "Router"]

LEFT_OUT = frozenset([
    "BaseWebTestRequestHandler", "H2ConnectionGuard", "H2HandlerCopy", "H2Headers",
    "Http1WebTestRequestHandler", "Http2WebTestRequestHandler", "WebTestHttpd", "WebTestServer"])


class RequestRewriter:
    """Rules by which requests for one path become requests for another."""

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
    if name in LEFT_OUT:
        raise ImportError(
            "wptserve.server.%s is left out: this server is the command `wireserve`" % name)
    raise AttributeError("module 'wptserve.server' has no attribute %r" % name)
