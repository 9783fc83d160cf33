"""`wptserve.request_handler`: what `response.writer._handler` is, an `http.server` request handler.

Newer WPT scripts call `send_response`, `send_header`, `end_headers` and `wfile.write` on it. Those
methods are the standard library's own, so their bytes are too; this class only stands where the
library would have stood between a socket and a parsed request. It reads no request, and it does not
tell the writer that something was sent: as in the reference, the writer does not know what goes out
this way, and sends its own head after it.
"""

import io
from http.server import BaseHTTPRequestHandler

from . import _native


class RequestHandler(BaseHTTPRequestHandler):
    """The handler of one exchange; made with `of`, because the constructor would serve a socket."""

    protocol_version = "HTTP/1.1"
    server_version = _native.SERVER_VERSION
    sys_version = ""

    @classmethod
    def of(cls, writer):
        """The handler that goes with a ResponseWriter."""
        self = cls.__new__(cls)
        request = writer.request
        self._writer = writer
        self._request = request
        self.server = Server(self)
        self.client_address = request.client_address
        self.wfile = Wire(writer)
        self.command = request.method
        self.path = request.request_path
        self.raw_requestline = request.request_line
        self.requestline = self.raw_requestline.decode("latin-1").rstrip("\r\n")
        words = self.requestline.split()
        # Without a version on the request line the library sends no heads at all.
        self.request_version = words[-1] if len(words) > 2 else self.default_request_version
        return self

    @property
    def headers(self):
        return self._request.raw_headers

    @property
    def rfile(self):
        return self._request.raw_input

    @property
    def connection(self):
        """The socket itself. `request` is the library's other name for it."""
        return self._writer.socket

    request = connection

    @property
    def close_connection(self):
        return self._writer._close_connection

    @close_connection.setter
    def close_connection(self, value):
        self._writer._close_connection = bool(value)

    def version_string(self):
        # The library would join the two halves with a space, and there is only one.
        return self.server_version

    @property
    def logger(self):
        from .logger import get_logger

        return get_logger()

    def log_message(self, format, *args):
        self.logger.debug("%s " + format, self.address_string(), *args)


class Wire(io.BufferedIOBase):
    """The outbound half of the connection as a file. Every write is sent before it returns."""

    def __init__(self, writer):
        self._writer = writer

    def writable(self):
        return True

    def write(self, data):
        """Sends all of `data`; a BrokenPipeError means that the client is gone."""
        if not isinstance(data, bytes):
            data = bytes(memoryview(data))
        self._writer._wire_write(data)
        return len(data)


class Server:
    """The part of the server that scripts may use through a handler: its configuration and its address."""

    def __init__(self, handler):
        self._handler = handler

    @property
    def config(self):
        return self._handler._request.server.config

    @property
    def scheme(self):
        return self._handler._request.url_parts.scheme

    @property
    def server_port(self):
        """The port that this connection was made to; None for a Unix socket."""
        address = self.server_address
        return address[1] if isinstance(address, tuple) else None

    @property
    def server_address(self):
        """The address that this connection was made to: host and port, or the path of a Unix socket."""
        address = self._handler.connection.getsockname()
        return address[:2] if isinstance(address, tuple) else address
