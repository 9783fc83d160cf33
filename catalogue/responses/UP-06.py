# UP-06: WebSocket 101 header case/extra tokens
# RFC 6455 §4.1: case-insensitive tokens
# expect: accept

import base64
import hashlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def main(request, response):
    key = request.headers.get(b"Sec-WebSocket-Key", b"")
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    response.writer.script([
        ("send", b"HTTP/1.1 101 Switching Protocols\r\n"
                 b"UPGRADE: WebSocket\r\n"
                 b"cONNECTION: keep-alive, uPGRADE\r\n"
                 b"sec-websocket-ACCEPT: " + accept + b"\r\n\r\n"),
        "hold",
    ])
