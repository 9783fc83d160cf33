"""Requests and responses that no connection of this server belongs to.

A program with an HTTP server of its own, or a test with mocks, makes them from an `http.server` request handler;
so do subclasses. The native objects of the server's own exchanges are instances of these classes as well, as
far as `isinstance` shows. Scripts find the classes in `wptserve.request` and `wptserve.response`.
"""

import io
from urllib.parse import parse_qsl, urlsplit

from . import _native
from .utils import isomorphic_encode

__all__ = ["InputFile", "Request", "Response", "ResponseWriter"]


class AlsoNative(type):
    """A class with a native class whose objects are its instances, too. Subclasses have none."""

    native = None

    def __instancecheck__(cls, instance):
        native = cls.__dict__.get("native")
        return super().__instancecheck__(instance) or (native is not None and isinstance(instance, native))

    def __subclasscheck__(cls, subclass):
        return super().__subclasscheck__(subclass) or subclass is cls.__dict__.get("native")


class InputFile(metaclass=AlsoNative):
    """The first `length` bytes of a file that cannot seek, as one that can. Nothing is read before it is needed."""

    native = _native.InputFile

    # Longer bodies are kept in a file.
    max_buffer_size = 1 << 20

    def __init__(self, rfile, length):
        self.length = length
        self._source = rfile
        self._kept = new_file() if length > self.max_buffer_size else io.BytesIO()
        self._received = 0

    def close(self):
        self._kept.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        return False

    def tell(self):
        return self._kept.tell()

    def seek(self, offset):
        if not 0 <= offset <= self.length:
            raise ValueError("expected an offset of 0 to %d, found %d" % (self.length, offset))
        self._receive_until(offset)
        self._kept.seek(offset)

    def read(self, bytes=-1):
        position = self.tell()
        left = self.length - position
        wanted = left if bytes < 0 else min(bytes, left)
        self._receive_until(position + wanted)
        return self._kept.read(wanted)

    def readline(self, max_bytes=None):
        left = self.length - self.tell()
        limit = left if max_bytes is None else min(max_bytes, left)
        line = self._kept.readline(min(limit, self._received - self.tell()))
        if line.endswith(b"\n") or len(line) == limit:
            return line
        rest = self._source.readline(limit - len(line))
        self._keep(rest)
        return line + rest

    def readlines(self):
        return list(self)

    def __iter__(self):
        return self

    def __next__(self):
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def _receive_until(self, offset):
        """Receives what is missing before `offset`. The position stays."""
        if offset > self._received:
            position = self.tell()
            self._kept.seek(self._received)
            self._keep(self._source.read(offset - self._received))
            self._kept.seek(position)

    def _keep(self, data):
        self._kept.write(data)
        self._received += len(data)


def new_file():
    import tempfile

    return tempfile.TemporaryFile()


class Request(metaclass=AlsoNative):
    """A request that an `http.server` request handler has parsed."""

    native = _native.Request

    def __init__(self, request_handler):
        from .request import Server

        server = request_handler.server
        self.doc_root = server.router.doc_root
        self.route_match = None
        self.client_address = request_handler.client_address
        self.protocol_version = request_handler.protocol_version
        self.method = request_handler.command
        self.raw_headers = request_handler.headers
        self.request_path = request_handler.path
        self.url_base = "/"
        self.url = url_of(server, self.raw_headers.get("Host"), self.request_path)
        self.url_parts = urlsplit(self.url)
        self.request_line = request_handler.raw_requestline
        self.raw_input = InputFile(request_handler.rfile, int(self.raw_headers.get("Content-Length", 0)))
        self.server = Server(self)
        self._made = {}

    def close(self):
        return self.raw_input.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        return False

    def __repr__(self):
        return "<Request %s %s>" % (self.method, self.url)

    def _once(self, name, make):
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    @property
    def headers(self):
        return self._once("headers", lambda: _native.RequestHeaders(self.raw_headers))

    @property
    def GET(self):
        return self._once("GET", self._query)

    @property
    def POST(self):
        from .form import form_of

        return self._once("POST", lambda: form_of(self))

    @property
    def body(self):
        return self._once("body", self._whole_body)

    @property
    def cookies(self):
        from .request import cookies_of

        return self._once("cookies", lambda: cookies_of(self.headers))

    @property
    def auth(self):
        from .request import auth_of

        return self._once("auth", lambda: auth_of(self.headers))

    def _query(self):
        parameters = _native.MultiDict()
        for name, value in parse_qsl(self.url_parts.query, keep_blank_values=True, encoding="latin-1"):
            parameters.add(isomorphic_encode(name), isomorphic_encode(value))
        return parameters

    def _whole_body(self):
        position = self.raw_input.tell()
        self.raw_input.seek(0)
        body = self.raw_input.read()
        self.raw_input.seek(position)
        return body


def url_of(server, host, target):
    """The URL of a request for a target, which may be one itself."""
    if target.startswith(server.scheme + "://"):
        return target
    address, port = server.server_address[0], server.server_address[1]
    if host is None:
        host = address
    elif ":" in host:
        host, port = host.split(":", 1)
    return "%s://%s:%s%s" % (server.scheme, host, port, target)


class Response(metaclass=AlsoNative):
    """A response that is written to the `wfile` of an `http.server` request handler."""

    native = _native.Response

    def __init__(self, handler, request, response_writer_cls=None):
        from .logger import get_logger

        self.request = request
        self.encoding = "utf8"
        self.add_required_headers = True
        self.send_body_for_head_request = False
        self.close_connection = False
        self.logger = get_logger()
        self.writer = (response_writer_cls or ResponseWriter)(handler, self)
        self._status = (200, None)
        self.headers = _native.ResponseHeaders()
        self.content = []

    @property
    def status(self):
        """The code, and the reason phrase or None."""
        return self._status

    @status.setter
    def status(self, value):
        if not hasattr(value, "__len__"):
            self._status = (int(value), None)
            return
        if len(value) != 2:
            raise ValueError("expected a status code and a reason phrase, found %r" % (value,))
        code, message = value
        self._status = (int(code), message if isinstance(message, (bytes, str)) else str(message))

    def set_cookie(self, name, value, **attributes):
        """Adds a Set-Cookie field."""
        from .response import cookie_header

        self.headers.append("Set-Cookie", cookie_header(name, value, **attributes))

    def unset_cookie(self, name):
        """Removes what `set_cookie` added for a name."""
        from .response import without_cookie

        values = self.headers.get("Set-Cookie")
        kept = without_cookie(values, name)
        if len(kept) < len(values):
            del self.headers["Set-Cookie"]
            for value in kept:
                self.headers.append("Set-Cookie", value)

    def delete_cookie(self, name, path="/", domain=None):
        """Adds a Set-Cookie field that deletes a cookie in the client."""
        self.set_cookie(name, None, path=path, domain=domain)

    def iter_content(self, read_file=False):
        """The pieces of the content, one by one."""
        from .content import items

        return items(self.content, self)

    def write_status_headers(self):
        self.writer.write_status(*self.status)
        for name, value in self.headers:
            self.writer.write_header(name, value)
        self.writer.end_headers()

    def write_content(self):
        if self.request.method != "HEAD" or self.send_body_for_head_request:
            for item in self.iter_content():
                self.writer.write_content(item)

    def write(self):
        self.write_status_headers()
        self.write_content()

    def set_error(self, code, err=None, message=None):
        """Turns the response into a JSON error. `message` is an older name of `err`."""
        from .response import error_body, server_error

        err = message if err is None else err
        if 500 <= code < 600:
            text = server_error(err, self.request.url, self._suppresses_tracebacks())
            self.logger.warning(text)
        else:
            text = "" if err is None else str(err)
        body = error_body(code, text)
        self.status = code
        self.headers = [("Content-Type", "application/json"), ("Content-Length", len(body))]
        self.content = body

    def _suppresses_tracebacks(self):
        config = self.request.server.config
        return bool(config and config["logging"]["suppress_handler_traceback"])


class ResponseWriter(metaclass=AlsoNative):
    """Writes a response to the `wfile` of an `http.server` request handler, in the order of the calls."""

    native = _native.ResponseWriter

    def __init__(self, handler, response):
        self._wfile = handler.wfile
        self._response = response
        self._handler = handler
        self._status_written = False
        self._headers_seen = set()
        self._headers_complete = False
        self.content_written = False
        self.request = response.request
        self.file_chunk_size = 32 * 1024
        self.default_status = 200

    def write_status(self, code, message=None):
        from .constants import response_codes

        if message is None:
            message = response_codes.get(code, ("", ""))[0]
        version = isomorphic_encode(self._response.request.protocol_version)
        self.write(b"%s %d %s\r\n" % (version, code, isomorphic_encode(message)))
        self._status_written = True

    def write_header(self, name, value):
        if not self._status_written:
            self.write_status(self.default_status)
        self._headers_seen.add(self.encode(name).lower())
        if isinstance(value, int):
            value = str(value)
        return all(self.write(part) for part in (name, b": ", value, b"\r\n"))

    def write_default_headers(self):
        defaults = [("Server", self._handler.version_string), ("Date", self._handler.date_time_string)]
        content = self._response.content
        if isinstance(content, (bytes, str)):
            defaults.append(("Content-Length", lambda: len(self.encode(content))))
        missing = (default for default in defaults if not self._has(default[0]))
        return all(self.write_header(name, value()) for name, value in missing)

    def end_headers(self):
        if self._response.add_required_headers and not self.write_default_headers():
            return False
        if not self.write("\r\n"):
            return False
        if not self._has("Content-Length"):
            self._response.close_connection = True
        self._headers_complete = True
        return True

    def write_content(self, data):
        if not self._status_written:
            self.write_status(self.default_status)
        if not self._headers_complete:
            self._response.content = data
            self.end_headers()
        return self.write_raw_content(data)

    def write_raw_content(self, data):
        if data is None:
            raise ValueError("expected bytes, text or a file to write, found None")
        if isinstance(data, (bytes, str)):
            return self.write(data)
        return self.write_content_file(data)

    def write(self, data):
        """Writes bytes, or text in the encoding of the response; False if the client is gone."""
        self.content_written = True
        try:
            self._wfile.write(self.encode(data))
        except OSError:
            return False
        return True

    def write_content_file(self, data):
        try:
            for piece in iter(lambda: data.read(self.file_chunk_size), b""):
                if not self.write(piece):
                    return False
        finally:
            data.close()
        return False

    def encode(self, data):
        """Bytes as they are, text in the encoding of the response."""
        if isinstance(data, bytes):
            return data
        if isinstance(data, str):
            return data.encode(self._response.encoding)
        raise ValueError("expected bytes or str, found %r" % (data,))

    def _has(self, name):
        return self.encode(name).lower() in self._headers_seen
