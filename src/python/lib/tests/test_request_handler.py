"""`writer._handler`: the bytes of the `http.server` methods that scripts call."""

import types
import unittest

import support
from wptserve.logger import get_logger
from wptserve.request_handler import RequestHandler


class Writer:
    def __init__(self, target="/x"):
        self.request = support.Request(target, headers=[("A", "b")])
        self.wire = b""
        self.alive = True
        self._close_connection = False
        self.socket = types.SimpleNamespace(getsockname=lambda: ("127.0.0.1", 8000))

    def _wire_write(self, data):
        if not self.alive:
            raise BrokenPipeError
        self.wire += data


class Handler(unittest.TestCase):
    def setUp(self):
        self.writer = Writer()
        self.handler = RequestHandler.of(self.writer)

    def test_heads(self):
        self.handler.send_response(100)
        self.handler.end_headers()
        self.assertRegex(
            self.writer.wire,
            rb"^HTTP/1.1 100 Continue\r\nServer: wireserve/0\r\nDate: .* GMT\r\n\r\n$")
        self.writer.wire = b""
        self.handler.send_response_only(299, "x")
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()
        self.assertEqual(self.handler.wfile.write(bytearray(b"body")), 4)
        self.assertEqual(
            self.writer.wire, b"HTTP/1.1 299 x\r\nConnection: close\r\n\r\nbody")
        self.assertTrue(self.writer._close_connection)

    def test_error_page(self):
        self.handler.send_error(404)
        fields = b"Content-Type: text/html;charset=utf-8\r\nContent-Length: "
        self.assertIn(fields, self.writer.wire)

    def test_peer_is_gone(self):
        self.writer.alive = False
        with self.assertRaises(BrokenPipeError):
            self.handler.wfile.write(b"x")

    def test_attributes(self):
        handler = self.handler
        self.assertEqual((handler.command, handler.path, handler.request_version),
                         ("GET", "/x", "HTTP/1.1"))
        self.assertEqual((handler.requestline, handler.headers["A"]), ("GET /x HTTP/1.1", "b"))
        self.assertIs(handler.connection, handler.request)
        self.assertIs(handler.rfile, self.writer.request.raw_input)
        self.assertEqual(handler.version_string(), "wireserve/0")
        self.assertEqual(handler.server.server_address, ("127.0.0.1", 8000))
        self.assertEqual((handler.server.server_port, handler.server.scheme), (8000, "http"))
        self.assertIs(handler.logger, get_logger())
        handler.close_connection = True
        self.assertTrue(self.writer._close_connection)


if __name__ == "__main__":
    unittest.main()
