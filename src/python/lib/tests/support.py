"""Makes `wptserve` importable for these tests, with plain Python in place of the native classes.

The fakes do what this folder's modules ask of the native classes and no more. How the native
classes behave is tested where they are, in Rust.
"""

import io
import os
import sys
import types
from urllib.parse import parse_qsl, urlsplit

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../..")


class MultiDict(dict):
    def __getitem__(self, key):
        return self.first(key)

    def add(self, key, value):
        self.setdefault(key, []).append(value)

    def first(self, key, *default):
        return self._pick(key, 0, default)

    def last(self, key, *default):
        return self._pick(key, -1, default)

    def get(self, key, default=None):
        return self.first(key, default)

    def get_list(self, key):
        return dict.get(self, key, [])

    def _pick(self, key, index, default):
        if key in self:
            return dict.__getitem__(self, key)[index]
        if default:
            return default[0]
        raise KeyError(key)


def latin1(text):
    return text.encode("latin-1") if isinstance(text, str) else text


class RequestHeaders(dict):
    def __init__(self, fields=()):
        for name, value in fields:
            self.setdefault(latin1(name).lower(), []).append(latin1(value))

    def __contains__(self, key):
        return dict.__contains__(self, latin1(key).lower())

    def __getitem__(self, key):
        return b", ".join(dict.__getitem__(self, latin1(key).lower()))

    def get(self, key, default=None):
        return self[key] if key in self else default

    def get_list(self, key, default=None):
        return dict.get(self, latin1(key).lower(), default)


class ResponseHeaders:
    def __init__(self):
        self.fields = []

    def __contains__(self, name):
        return any(latin1(name).lower() == old.lower() for old, _ in self.fields)

    def __iter__(self):
        return iter(self.fields)

    def set(self, name, value):
        name = latin1(name)
        self.fields = [field for field in self.fields if field[0].lower() != name.lower()]
        self.append(name, value)

    def append(self, name, value):
        value = b"%d" % value if isinstance(value, int) else latin1(value)
        self.fields.append((latin1(name), value))

    def update(self, fields):
        for name, value in fields:
            self.append(name, value)


class Response:
    def __init__(self, content=b""):
        self.status = 200
        self.headers = ResponseHeaders()
        self.content = content
        self.error = None

    def iter_content(self, read_file=False):
        return iter([self.content] if isinstance(self.content, bytes) else self.content)

    def set_error(self, code, err=None):
        self.error = code, err


class Request:
    """A request of a given target, headers and body, on a server with a given configuration."""

    def __init__(self, target="/", method="GET", headers=(), body=b"", config=None, doc_root="/"):
        self.method = method
        self.request_path = target
        self.request_line = ("%s %s HTTP/1.1\r\n" % (method, target)).encode("latin-1")
        self.url_base = "/"
        self.url_parts = urlsplit("http://host.test:8000" + target)
        self.headers = RequestHeaders(headers)
        self.raw_headers = dict(headers)
        self.raw_input = io.BytesIO(body)
        self.client_address = ("127.0.0.1", 50000)
        self.doc_root = doc_root
        self.server = types.SimpleNamespace(config=config)
        self.GET = MultiDict()
        for piece in filter(None, self.url_parts.query.split("&")):
            name, _, value = piece.partition("=")
            self.GET.add(latin1(name), latin1(value))

    @property
    def auth(self):
        from wptserve.request import auth_of

        return auth_of(self.headers)


def add_urlencoded(form, text, limit):
    pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True, encoding="latin-1")
    assert len(pairs) <= limit
    for name, value in pairs:
        form.add(latin1(name), latin1(value))


def install():
    native = types.ModuleType("wptserve._native")
    for item in (MultiDict, RequestHeaders, ResponseHeaders, Response, Request):
        setattr(native, item.__name__, item)
    for name in ("InputFile", "ResponseWriter", "Stash", "StashLock"):
        setattr(native, name, type(name, (), {}))
    native.add_urlencoded = add_urlencoded
    native.SERVER_VERSION = "wireserve/0"
    native.client_left = lambda: False
    native.REASONS = {200: "OK", 404: "Not Found", 599: "Ours"}
    native.MEDIA_TYPES = {"html": "text/html", "js": "text/javascript"}
    sys.modules["wptserve._native"] = native

    # The folder is not put on `sys.path`, so that it hides no installed module.
    package = types.ModuleType("wptserve")
    package.__path__ = [os.path.join(ROOT, "python", "wireserve", "wptserve")]
    sys.modules["wptserve"] = package
    package._native = native


if "wptserve._native" not in sys.modules:
    install()
