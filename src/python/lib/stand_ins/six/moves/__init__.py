"""`six.moves`: things under the names they had in Python 2, each looked up when it is asked for."""

from importlib import import_module

# A name here is a module, or an attribute of one.
PLACES = {
    "BaseHTTPServer": "http.server",
    "StringIO": "io.StringIO",
    "builtins": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io.StringIO",
    "configparser": "configparser",
    "copyreg": "copyreg",
    "filter": "builtins.filter",
    "filterfalse": "itertools.filterfalse",
    "getcwd": "os.getcwd",
    "getcwdb": "os.getcwdb",
    "html_entities": "html.entities",
    "html_parser": "html.parser",
    "http_client": "http.client",
    "http_cookiejar": "http.cookiejar",
    "http_cookies": "http.cookies",
    "input": "builtins.input",
    "map": "builtins.map",
    "queue": "queue",
    "range": "builtins.range",
    "reduce": "functools.reduce",
    "reload_module": "importlib.reload",
    "shlex_quote": "shlex.quote",
    "socketserver": "socketserver",
    "urllib_error": "urllib.error",
    "urllib_parse": "urllib.parse",
    "winreg": "winreg",
    "xrange": "builtins.range",
    "zip": "builtins.zip",
    "zip_longest": "itertools.zip_longest",
}


def __getattr__(name):
    if name == "urllib":
        return import_module("six.moves.urllib")
    if name not in PLACES:
        raise AttributeError("six.moves has no %r" % name)
    place = PLACES[name]
    try:
        return import_module(place)
    except ImportError:
        module, _, attribute = place.rpartition(".")
        return getattr(import_module(module), attribute)
