"""Requests to the handlers of a checkout, and how their responses are compared."""

import re
import socket
import time
import uuid
from urllib.parse import quote

# Of longer responses, half as much is compared.
LONGEST = 300_000

# How long an exchange may take, in seconds; some handlers stream without end.
DEADLINE = 3

# Parameters that a handler reads: `request.GET.first(b"name")`, `request.POST["name"]`, `b"name" in request.GET`.
PARAMETER = re.compile(
    r"""(?:GET|POST)(?:\.(?:first|get|get_list)\(|\[)\s*b?['"]([^'"\s]+)['"]"""
    r"""|b?['"]([^'"\s]+)['"]\s+(?:not\s+)?in\s+request\.(?:GET|POST)"""
)

# Values for parameters by what their names are or contain; others are `test`.
VALUES = [
    (re.compile("^(action|op|cmd|command|operation)$"), "put"),
    (re.compile("^(ms|sleep|timeout|pause|duration)$|delay"), "1"),
    (re.compile("^code$|status"), "200"),
    (re.compile("^n$|count|num|size|length|max.age"), "2"),
    (re.compile("^(mime|type)$|content.?type"), "text/plain"),
    (re.compile("^(url|uri|target)$|location|redirect"), "/common/blank.html"),
]

# Names of parameters that are keys of the stash.
KEY = re.compile("^(key|token|tok|id|uuid|uid|nonce|report.?id|dispatcher|cache|wait)$")

# What differs between two runs of one server.
CHANGING = [
    (re.compile(rb"\d\d:\d\d:\d\d"), b"TIME"),
    (re.compile(rb"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), b"UUID"),
]

# Random numbers and times in seconds, whose length differs as well.
NUMBERS = re.compile(rb"0\.\d{5,}|\b\d{9,}(\.\d+)?\b")

# What each server says of itself, also in the head of an interim response.
IGNORED = re.compile(rb"(?im)^(date|server):[^\r\n]*\r\n")

LENGTH = re.compile(rb"(?im)^(content-length:)[^\r\n]*")

# How an exchange ends, unless the server closes the connection.
RESET, TOO_LONG, LONGER = b"<reset>", b"<no end>", b"<more>"


def requests(path, source, run, host):
    """The requests to one handler, in order."""
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{run} {path}"))
    names = sorted({name for found in PARAMETER.finditer(source) for name in found.groups() if name})
    query = "&".join(f"{quote(name)}={value(name, key)}" for name in names) or key
    target = f"{path}?{query}"
    browser = f"Origin: http://www1.{host}\r\nReferer: http://{host}/a.html\r\nCookie: a=b; c=d\r\n"
    several = browser + 'Range: bytes=0-3\r\nIf-None-Match: "x"\r\nAuthorization: Basic dXNlcjpwYXNz\r\n'
    part = 'Content-Disposition: form-data; name="a"; filename="f.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n'

    def request(method, target, fields="", content=b""):
        length = f"Content-Length: {len(content)}\r\n" if method == "POST" else ""
        head = f"{method} {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n{fields}{length}Connection: close\r\n\r\n"
        return head.encode() + content

    yield request("GET", path)
    yield request("GET", target, browser)
    yield request("GET", target, browser)
    form = browser + "Content-Type: application/x-www-form-urlencoded\r\n"
    yield request("POST", target, form, query.encode())
    preflight = "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: x-a\r\n"
    yield request("OPTIONS", target, browser + preflight)
    yield request("HEAD", target, several)
    yield request("POST", target, browser + "Content-Type: application/json\r\n", b'{"a": 1, "type": "x"}')
    multipart = browser + "Content-Type: multipart/form-data; boundary=B\r\n"
    yield request("POST", target, multipart, f"--B\r\n{part}--B--\r\n".encode())


def value(name, key):
    if KEY.search(name.lower()):
        return key
    return next((value for pattern, value in VALUES if pattern.search(name.lower())), "test")


def ask(address, request):
    """All that a server sends before it closes the connection, and how it ends."""
    deadline = time.monotonic() + DEADLINE
    got = b""
    try:
        with socket.create_connection(address, DEADLINE) as client:
            client.sendall(request)
            while len(got) < LONGEST:
                client.settimeout(max(deadline - time.monotonic(), 0.001))
                data = client.recv(65536)
                if not data:
                    return got
                got += data
    except (ConnectionResetError, BrokenPipeError):
        return got + RESET
    # In Python 3.9, that of a socket is no `TimeoutError`.
    except (socket.timeout, TimeoutError):
        return got + TOO_LONG
    return got[:LONGEST] + LONGER


def comparable(answer, has_length=True):
    """What must be equal. The page of an error names the server's own files, so that its status is compared alone."""
    head, _, content = answer.partition(b"\r\n\r\n")
    is_page = content.startswith(b'{"error":') or (not content and b"application/json" in head)
    if is_page and re.match(rb"HTTP/1\.\d 500", head):
        return b"500"
    answer = masked(answer)
    if not has_length:
        answer = LENGTH.sub(rb"\1 LENGTH", answer)
    # How much of an endless response arrives is a matter of time.
    if answer.endswith(TOO_LONG):
        return answer.partition(b"\r\n\r\n")[0]
    # The heads of both servers differ in length.
    return answer[: LONGEST // 2] if answer.endswith(LONGER) else answer


def masked(answer):
    """An answer without what changes from run to run."""
    answer = IGNORED.sub(b"", answer)
    for pattern, word in CHANGING:
        answer = pattern.sub(word, answer)
    return NUMBERS.sub(b"NUMBER", answer)


def has_numbers(answer):
    """Whether it has numbers that are random, or a time."""
    return bool(NUMBERS.search(answer))
