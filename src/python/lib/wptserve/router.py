"""`wptserve.router`: patterns of paths, and a table of handlers, for scripts.

The server's own router is `src/site/routing`; a `Router` here is for handlers that choose among other
handlers. The patterns are the same.
"""

import re
import sys

__all__ = ["Router", "any_method", "compile_path_match"]

# The method of a route for every method.
any_method = object()

# A group, a star, or literal text, in which a backslash makes the next character literal too.
PIECE = re.compile(r"\{(\w*)\}|(\*)|((?:\\.|[^{*])+)", re.DOTALL)


def compile_path_match(route_pattern):
    """The regular expression of a pattern such as `/api/{resource}/*.json`.

    A `{name}` is a named group, for anything without a slash. `*` comes once, for anything; with the
    literal text after it, it is the last group. A missing slash at the beginning is implied.
    """
    expression = "" if route_pattern.startswith("/") else "/"
    has_star = False
    end = 0
    while end < len(route_pattern):
        piece = PIECE.match(route_pattern, end)
        if piece is None:
            raise ValueError("expected a group like {name} at %r" % route_pattern[end:])
        name, star, literal = piece.groups()
        if literal is not None:
            expression += re.escape(literal)
        elif has_star:
            raise ValueError("expected only literal text after '*' in %r" % route_pattern)
        elif star:
            has_star = True
            expression += "(.*"
        else:
            expression += "(?P<%s>[^/]+)" % name
        end = piece.end()
    return re.compile("^%s%s$" % (expression, ")" if has_star else ""))


class Router:
    """Handlers by method and path. Of the routes that match, the last one registered wins."""

    def __init__(self, doc_root, routes):
        self.doc_root = doc_root
        self.routes = []
        # Handlers below it import modules that are beside it.
        if doc_root not in sys.path:
            sys.path.insert(0, doc_root)
        # Of these the first one wins.
        for route in reversed(routes):
            self.register(*route)

    def register(self, methods, path, handler):
        """Adds a handler for a method, several, or all of them (`any_method` or "*")."""
        if methods is any_method or isinstance(methods, (bytes, str)):
            methods = [methods]
        for method in methods:
            self.routes.append((method, compile_path_match(path), handler))

    def get_handler(self, request):
        """The handler for a request, whose `route_match` is set, or None."""
        for method, expression, handler in reversed(self.routes):
            if not (method is any_method or method in ("*", request.method)
                    or (method, request.method) == ("GET", "HEAD")):
                continue
            match = expression.match(request.url_parts.path)
            if match:
                groups = match.groupdict()
                if len(groups) < len(match.groups()):
                    groups["*"] = match.groups()[-1]
                request.route_match = groups
                return handler
        return None
