"""`wptserve.response`: the response classes, and the texts that the server asks Python to build.

Set-Cookie values, error messages and error bodies are built here and nowhere else, because their
bytes come from the standard library: `http.cookies.Morsel`, `traceback` and `json`. The `multipart`
classes are for scripts; ranges of static files are the server's own business.
"""

from . import _native
from ._native import ResponseHeaders
from .utils import isomorphic_decode, isomorphic_encode

if getattr(_native, "IN_PROGRAM", False):
    from .detached import Response, ResponseWriter
else:
    from ._native import Response, ResponseWriter

__all__ = ["MultipartContent", "MultipartPart", "Response", "ResponseHeaders", "ResponseWriter",
           "cookie_header", "error_body", "place", "server_error", "without_cookie"]


def cookie_header(name, value, path="/", domain=None, max_age=None, expires=None, samesite=None,
                  secure=False, httponly=False, comment=None):
    """The value of the Set-Cookie field that sets a cookie, or with `value` None, deletes it.

    `expires` is a datetime, or a timedelta from now; `max_age` a number of seconds or a timedelta.
    """
    from datetime import datetime, timedelta, timezone
    from http.cookies import Morsel

    if value is None:
        value = b""
        max_age = 0
        expires = timedelta(days=-1)
    if isinstance(expires, timedelta):
        expires = datetime.now(timezone.utc) + expires
    if expires is not None:
        expires = cookie_date(expires)
    if max_age is not None:
        if hasattr(max_age, "total_seconds"):
            max_age = max_age.total_seconds()
        max_age = "%d" % max_age

    name, value = isomorphic_decode(name), isomorphic_decode(value)
    morsel = Morsel()
    # The value twice: once as meant, once as sent. A test server sends it unquoted.
    morsel.set(name, value, value)
    attributes = {
        "path": path, "domain": domain, "comment": comment, "expires": expires,
        "max-age": max_age, "secure": secure, "httponly": httponly, "samesite": samesite,
    }
    for attribute, setting in attributes.items():
        if setting is not None and setting is not False:
            morsel[attribute] = setting
    return morsel.OutputString()


def without_cookie(values, name):
    """Those of several Set-Cookie values that do not set the cookie `name`, unchanged."""
    name = isomorphic_encode(name)
    return [value for value in values if cookie_name(isomorphic_encode(value)) != name]


def server_error(err, url, suppress):
    """The message of a 5xx error: what went wrong while `url` was loading.

    `err` is a text, an exception, or None. `suppress` leaves only the place where an exception was
    raised. The spacing is the reference's; people and tools read it.
    """
    if err is None:
        reason = "<no traceback>"
    elif isinstance(err, str):
        reason = err
    elif suppress:
        reason = last_frame(err)
    else:
        reason = full_traceback(err)
    return "Internal server error loading %s:\n  %s" % (url, reason)


def place(main):
    """Where a callable is defined, as a traceback shows it, within the decorators that can be looked
    into; None if it is not written in Python.
    """
    for _ in range(MAX_DECORATORS):
        inner = next(filter(callable, (getattr(main, name, None) for name in WRAPPED)), None)
        if inner is None:
            break
        main = inner
    code = getattr(main, "__code__", None) or getattr(type(main).__call__, "__code__", None)
    if code is None:
        return None
    return '  File "%s", line %d, in %s\n' % (code.co_filename, code.co_firstlineno, code.co_name)


def error_body(code, message):
    """The JSON body of an error made by the server."""
    import json

    return json.dumps({"error": {"code": code, "message": message}})


class MultipartContent:
    """A `multipart/byteranges` body: set it as `response.content`, boundary in the Content-Type.

    It is an iterable of one callable, itself, so that the body is put together only when sent.
    """

    def __init__(self, boundary=None, default_content_type=None):
        if boundary is None:
            import uuid

            boundary = str(uuid.uuid4())
        self.boundary = boundary
        self.default_content_type = default_content_type
        self.items = []

    def __iter__(self):
        yield self

    def __call__(self):
        delimiter = b"--" + self.boundary.encode("ascii")
        lines = [b""]
        for part in self.items:
            lines += [delimiter, part.to_bytes()]
        lines.append(delimiter + b"--")
        return b"\r\n".join(lines)

    def append_part(self, data, content_type=None, headers=None):
        if content_type is None:
            content_type = self.default_content_type
        self.items.append(MultipartPart(data, content_type, headers))


class MultipartPart:
    """One part: its bytes and header fields. A Content-Type among `headers` replaces the other."""

    def __init__(self, data, content_type=None, headers=None):
        if not isinstance(data, bytes):
            raise TypeError("expected a part in bytes, found %r" % (data,))
        self.data = data
        self.headers = ResponseHeaders()
        if content_type is not None:
            self.headers.set("Content-Type", content_type)
        for name, value in headers or ():
            if isomorphic_encode(name).lower() == b"content-type":
                self.headers.set(name, value)
            else:
                self.headers.append(name, value)

    def to_bytes(self):
        fields = [b"%s: %s" % field for field in self.headers]
        return b"\r\n".join(fields + [b"", self.data])


def cookie_date(moment):
    """A date as cookies have it here: no weekday, and a month that no locale can translate."""
    return moment.strftime("%d {} %Y %H:%M:%S GMT").format(MONTHS[moment.month - 1])


def cookie_name(set_cookie):
    """The name that a Set-Cookie value sets."""
    return set_cookie.split(b";", 1)[0].split(b"=", 1)[0].strip()


def last_frame(error):
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "%s (traceback suppressed)" % type(error).__name__
    frame = frames[-1]
    return 'File "%s", line %s in %s (traceback suppressed)' % (
        frame.filename, frame.lineno, frame.name)


def full_traceback(error):
    import traceback

    # Two spaces before each frame and a blank line between frames: `format_tb` ends every frame
    # with a newline, and the frames are joined with another one.
    frames = "\n".join("  " + frame for frame in traceback.format_tb(error.__traceback__))
    return "Traceback (most recent call last):\n%s  %s: %s\n" % (
        frames, type(error).__name__, error)


# Where decorators, methods, `functools.partial` and `wptserve.handlers` keep the function within.
WRAPPED = ("__wrapped__", "__func__", "func")
MAX_DECORATORS = 20

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
