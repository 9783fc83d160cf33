"""`wptserve.router`: patterns of paths, and a table of handlers.

The server's own router is `crates/core/src/site/routing`, with the same patterns. A `Router` is for handlers that choose
among other handlers, and holds the routes of a `WebTestHttpd`, which follows its changes.
"""

import re
import sys

__all__ = ["Router", "any_method", "compile_path_match"]


class AnyMethod:
    """The class of `any_method`, which stays the same object when it is pickled."""

    def __reduce__(self):
        return "any_method"

    def __repr__(self):
        return "any_method"


# The method of a route for every method.
any_method = AnyMethod()

# A group, a star, or literal text, in which a backslash makes the next character literal too.
PIECE = re.compile(r"\{(\w*)\}|(\*)|((?:\\.|[^{*])+)", re.DOTALL)

# The patterns of compiled expressions, by their text.
_patterns = {}


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
    expression = "^%s%s$" % (expression, ")" if has_star else "")
    _patterns[expression] = route_pattern
    return re.compile(expression)


def pattern_of(expression):
    """The pattern that was compiled to this expression; None if it has another origin."""
    return _patterns.get(getattr(expression, "pattern", None))


class Followed:
    """An object whose changes a server follows: a table, and the attributes that decide with it."""

    # Names of attributes, of which the first one is the table.
    deciding = ()
    # The class of a table that reports its own changes.
    reporting = None
    # Called after each change.
    changed = None

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        self._report(name)

    def __delattr__(self, name):
        super().__delattr__(name)
        self._report(name)

    def _report(self, name):
        table = self.deciding[0]
        if name in ("changed", table) and table in vars(self):
            entries = vars(self)[table]
            if not isinstance(entries, self.reporting):
                entries = vars(self)[table] = self.reporting(entries)
            entries.changed = self.changed
        if self.changed is not None and (name == "changed" or name in self.deciding):
            self.changed()

    def __getstate__(self):
        return {name: value for name, value in vars(self).items() if name != "changed"}


class Routes(list):
    """The routes of a router, in the order of their registration, whose changes a server follows.

    `changed` is called after a change, with the routes that have been added at the end, or None after any
    other change.
    """

    changed = None

    def append(self, route):
        self += [route]

    def extend(self, routes):
        self += routes

    def __iadd__(self, routes):
        added = list(routes)
        super().__iadd__(added)
        self._report(added)
        return self

    def _report(self, added=None):
        if self.changed is not None:
            self.changed(added)

    def __reduce__(self):
        return list, (list(self),)


class Rules(dict):
    """The rules of a rewriter, by path, whose changes a server follows."""

    changed = None

    def _report(self):
        if self.changed is not None:
            self.changed()

    def __reduce__(self):
        return dict, (dict(self),)


def reporting(base, name):
    """A method of `base` that reports the change that it has made."""
    original = getattr(base, name)

    def method(self, *args, **kwargs):
        result = original(self, *args, **kwargs)
        self._report()
        return result

    method.__name__ = name
    return method


for _name in ("clear", "insert", "pop", "remove", "reverse", "sort", "__delitem__", "__imul__", "__setitem__"):
    setattr(Routes, _name, reporting(list, _name))
for _name in ("clear", "pop", "popitem", "setdefault", "update", "__delitem__", "__setitem__"):
    setattr(Rules, _name, reporting(dict, _name))


class Router(Followed):
    """Handlers by method and path. Of the routes that match, the last one registered wins."""

    deciding = ("routes", "doc_root", "get_handler")
    reporting = Routes

    def __init__(self, doc_root, routes):
        self.doc_root = doc_root
        self.routes = []
        # Handlers below it import modules that are beside it.
        if doc_root is not None and doc_root not in sys.path:
            sys.path.insert(0, doc_root)
        # Of these the first one wins.
        for route in reversed(routes):
            self.register(*route)

    def register(self, methods, path, handler):
        """Adds a handler for a method, several, or all of them (`any_method` or "*")."""
        if methods is any_method or isinstance(methods, (bytes, str)):
            methods = [methods]
        # Not `+=`, which would also be an assignment.
        self.routes.extend([(method, compile_path_match(path), handler) for method in methods])

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
