"""`wptserve.utils`: the text conventions and the exception that every handler file knows.

The name of this file is the reference's: handlers import from it by that name, so it stays a
drawer. It holds nothing that touches a connection. Its counterpart in Rust is `text/`: there, as
here, text made of wire bytes is their latin-1 view, so that any byte string survives the way there
and back.
"""


class HTTPException(Exception):
    """Answer the request with an error of this status.

    `Exception.__init__` is deliberately not called with the message alone: the message of a 4xx
    answer is `str(exception)`, and the reference shows the positional arguments there. So
    `HTTPException(404)` says "404", and `HTTPException(416, "x")` says "(416, 'x')".
    """

    def __init__(self, code, message=""):
        self.code = code
        self.message = message


def isomorphic_decode(s):
    """Bytes as text with the same code points; text is returned unchanged."""
    if isinstance(s, str):
        return s
    if isinstance(s, bytes):
        return s.decode("latin-1")
    raise TypeError("expected str or bytes, not %r" % (s,))


def isomorphic_encode(s):
    """Text as bytes with the same code points; bytes are returned unchanged."""
    if isinstance(s, bytes):
        return s
    if isinstance(s, str):
        return s.encode("latin-1")
    raise TypeError("expected str or bytes, not %r" % (s,))


def get_error_cause(exc):
    """What an exception was raised from, or while handling; itself when there is no such thing."""
    for cause in (exc.__cause__, exc.__context__):
        if cause is not None:
            return cause
    return exc


def invert_dict(dict):
    """From `{key: [value, ...]}` to `{value: key}`; a value listed twice is a ValueError."""
    inverted = {}
    for key, values in dict.items():
        for value in values:
            if value in inverted:
                raise ValueError("%r is listed twice" % (value,))
            inverted[value] = key
    return inverted


def get_port(host=""):
    """A TCP port that is free now, and that browsers do not refuse."""
    import socket

    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((host or "127.0.0.1", 0))
            port = probe.getsockname()[1]
        if not is_bad_port(port):
            return port


def is_bad_port(port):
    """Whether the Fetch standard tells browsers to block this port."""
    return port in BLOCKED_PORTS


def http2_compatible():
    """Whether an HTTP/2 server can run here: this one speaks HTTP/1.1 only."""
    return False


# https://fetch.spec.whatwg.org/#port-blocking
BLOCKED_PORTS = frozenset([
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
])
