"""The package that handlers import; part of the server.

`import wptserve` makes its modules attributes, as in the reference, which imports all of them. Here a
module is imported when it is first used.
"""

MODULES = frozenset([
    "cgi", "config", "constants", "handlers", "logger", "pipes", "ranges", "request", "response",
    "router", "routes", "server", "sslutils", "stash", "utils"])
CLASSES = {"Request": "request", "Response": "response", "Router": "router",
           "WebTestHttpd": "server", "WebTestServer": "server"}


def __getattr__(name):
    from importlib import import_module

    if name in MODULES:
        return import_module("." + name, __name__)
    if name in CLASSES:
        return getattr(import_module("." + CLASSES[name], __name__), name)
    raise AttributeError("module 'wptserve' has no attribute %r" % name)
