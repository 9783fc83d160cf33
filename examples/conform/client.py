"""A small HTTP/1.1 client, which stands for the one that you want to grade.

It uses each connection for one request, and gives up on everything that it does not understand.
"""

import re
import socket
from dataclasses import dataclass, field
from urllib.parse import urlsplit

STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: ([^\x00-\x08\x0a-\x1f\x7f]*))?")
FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*?)[ \t]*")
CHUNK_LINE = re.compile(rb"(0*[0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?")
MOST = 1024 * 1024


class Malformed(Exception):
    """The response is malformed, incomplete or too large."""


@dataclass
class Response:
    status: int
    reason: str
    fields: list
    content: bytes = b""
    trailers: list = field(default_factory=list)
    interim: list = field(default_factory=list)


def request(method, url, fields=(), content=None, timeout=10):
    """Sends a request, and returns the response."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in fields]
    if content is not None:
        lines.append(f"Content-Length: {len(content)}")
    head = "".join(line + "\r\n" for line in lines) + "\r\n"
    with socket.create_connection((parts.hostname, parts.port or 80), timeout) as connection:
        connection.sendall(head.encode() + (content or b""))
        with connection.makefile("rb") as stream:
            return read(stream, method)


def read(stream, method):
    interim = []
    while True:
        found = STATUS_LINE.fullmatch(line(stream))
        if not found:
            raise Malformed("the status line is malformed")
        response = Response(int(found[1]), text(found[2] or b""), field_lines(stream), interim=interim)
        if response.status == 101 or not 100 <= response.status <= 199:
            break
        interim.append(response)
    if method != "HEAD" and response.status not in (101, 204, 304):
        read_content(stream, response)
    return response


def read_content(stream, response):
    values = {"transfer-encoding": [], "content-length": []}
    for name, value in response.fields:
        values.get(name.lower(), []).append(value)
    codings, lengths = values["transfer-encoding"], set(values["content-length"])
    if codings and lengths:
        raise Malformed("two framings")
    if codings:
        # An empty member of a list is no member.
        codings = [coding.strip().lower() for value in codings for coding in value.split(",")]
        if [coding for coding in codings if coding] != ["chunked"]:
            raise Malformed("an unknown transfer coding")
        while size := chunk_size(stream):
            response.content += exactly(stream, size)
            if exactly(stream, 2) != b"\r\n":
                raise Malformed("a chunk does not end where it should")
        response.trailers = field_lines(stream)
    elif lengths:
        length = lengths.pop()
        if lengths or not re.fullmatch("0*[0-9]{1,15}", length):
            raise Malformed("the length is malformed")
        response.content = exactly(stream, int(length))
    else:
        response.content = stream.read()


def chunk_size(stream):
    found = CHUNK_LINE.fullmatch(line(stream))
    if not found:
        raise Malformed("the size of a chunk is malformed")
    return int(found[1], 16)


def field_lines(stream):
    fields = []
    while read := line(stream):
        found = FIELD_LINE.fullmatch(read)
        if not found:
            raise Malformed("a field line is malformed")
        fields.append((text(found[1]), text(found[2])))
    return fields


def line(stream):
    read = stream.readline(MOST)
    if not read.endswith(b"\r\n"):
        raise Malformed("a line does not end, or is too long")
    return read[:-2]


def exactly(stream, length):
    read = stream.read(length)
    if len(read) < length:
        raise Malformed("the response is incomplete")
    return read


def text(read):
    return read.decode("latin-1")
