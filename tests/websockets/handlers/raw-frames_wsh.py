"""Writes frames that no endpoint may send, and closes the connection without a close frame: at once, or with `&wait`
once the client has answered."""

from pywebsocket3 import common, handshake, stream

FRAMES = {
    "reserved-bit": b"\xc1\x02ab",
    "reserved-opcode": b"\x83\x00",
    "masked": b"\x81\x82\0\0\0\0ab",
    "not-utf-8": b"\x81\x02\xc3\x28",
    "cut": b"\x81\x05ab",
    "long-ping": b"\x89\x7e\x00\x7e" + b"a" * 126,
    "one-byte-close": b"\x88\x01a",
    "long-length": b"\x81\x7f\0\0\0\0\0\0\0\x02ab",
    "close-twice": stream.create_close_frame(stream.create_closing_handshake_body(1000, "")) * 2,
    "close-1005": stream.create_close_frame(b"\x03\xed"),
    "lone-continuation": stream.create_binary_frame(b"ab", common.OPCODE_CONTINUATION),
}


def web_socket_do_extra_handshake(request):
    pass


def web_socket_transfer_data(request):
    name, _, waits = request.uri.partition("?")[2].partition("&")
    request.connection.write(FRAMES[name])
    if waits:
        request.connection.read(1)
    raise handshake.AbortedByUserException("that is all")
