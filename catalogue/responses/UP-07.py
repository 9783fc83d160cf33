# UP-07: WebSocket first frame in same segment as 101
# RFC 6455 §4.1: must not lose bytes
# expect: accept

import base64
import hashlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def main(request, response):
    key = request.headers.get(b"Sec-WebSocket-Key", b"")
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    response.writer.script([
        ("send", b"HTTP/1.1 101 Switching Protocols\r\n"
                 b"Upgrade: websocket\r\n"
                 b"Connection: Upgrade\r\n"
                 b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
                 # A text frame, and all of it.
                 b"\x81\x05hello"),
        "hold",
    ])
