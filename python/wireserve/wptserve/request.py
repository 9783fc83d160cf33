"""`wptserve.request`: the request classes, and the two views of a request that few scripts ask for.

Cookies and credentials are read here, when a script first asks. The cookie grammar is that of the
standard library's `http.cookies`, whatever the running Python makes of it, because that is what the
reference serves and what scripts were written against. All keys and values that a script sees are
bytes.
"""

import re
from http.cookies import BaseCookie, Morsel, _LegalKeyChars, _LegalValueChars

from . import _native
from ._native import MultiDict, RequestHeaders
from .utils import HTTPException, isomorphic_decode, isomorphic_encode

if getattr(_native, "IN_PROGRAM", False):
    from .detached import InputFile, Request
else:
    from ._native import InputFile, Request

__all__ = ["Server", "Authentication", "BinaryCookieParser", "CookieValue", "Cookies", "InputFile",
           "MultiDict", "Request", "RequestHeaders", "auth_of", "cookies_of"]


class Server:
    """`request.server` of a request that no server has received.

    `config` is the configuration of the last server that was made in this process. Requests to a server see the
    server's own.
    """

    config = None

    def __init__(self, request):
        self._request = request

    @property
    def stash(self):
        """The stash that `WPT_STASH_CONFIG` names."""
        from .stash import Stash, load_env_config

        return Stash(self._request.url_parts.path, *load_env_config())


def cookies_of(headers, limit=None):
    """The cookies in a request's headers, at most `limit` of them with their attributes.

    A cookie name that `http.cookies` finds illegal raises its CookieError; any other broken piece
    ends the list of cookies there.
    """
    parser = BinaryCookieParser(limit=limit)
    # `headers.get` would join several Cookie fields with a comma, which is part of a value here.
    parser.load(b"; ".join(headers.get_list(b"cookie", [])))
    cookies = Cookies()
    for name, morsel in parser.items():
        cookies.add(isomorphic_encode(name), CookieValue(morsel))
    return cookies


def auth_of(headers):
    """The credentials in a request's headers."""
    return Authentication(headers)


class Cookies(MultiDict):
    """Cookies by name. `[name]` is the last value, where other MultiDicts give the first."""

    def __getitem__(self, key):
        return self.last(key)


class CookieValue:
    """One cookie: `key` is text, `value` bytes, the rest as `http.cookies` read it.

    Equal to another cookie, or to bytes, of the same value. Changing an attribute does not change
    the text form.
    """

    def __init__(self, morsel):
        self.key = morsel.key
        self.value = morsel.value
        self.expires = morsel["expires"]
        self.path = morsel["path"]
        self.comment = morsel["comment"]
        self.domain = morsel["domain"]
        self.max_age = morsel["max-age"]
        self.secure = morsel["secure"]
        self.version = morsel["version"]
        self.httponly = morsel["httponly"]
        self._text = morsel.OutputString()

    def __str__(self):
        return self._text

    __repr__ = __str__

    def __eq__(self, other):
        return self.value == getattr(other, "value", other)


class BinaryCookieParser(BaseCookie):
    """`http.cookies`, with bytes in and bytes as values. Quotes around a value stay.

    The text is read here, since the standard library takes minutes for some of 64 KiB: its pattern for
    all that is broken late, and before Python 3.12.6 for backslashes in an attribute as well.
    """

    def __init__(self, input=None, limit=None):
        self.limit = limit
        super().__init__(input)

    def load(self, rawdata):
        if not isinstance(rawdata, bytes):
            raise TypeError("expected a Cookie header in bytes, found %r" % (rawdata,))
        cookies = cookies_in(isomorphic_decode(rawdata), self.limit)
        for name, value, attributes in cookies:
            morsel = self.get(name, Morsel())
            morsel.set(name, *self.value_decode(value))
            dict.__setitem__(self, name, morsel)
            for attribute, value in attributes:
                morsel[attribute] = value

    def value_decode(self, val):
        return isomorphic_encode(val), val

    def value_encode(self, val):
        raise NotImplementedError("request cookies are read-only")


class CookiePattern:
    """One piece of a text of cookies, as the pattern of `http.cookies` has it, but in time that grows with
    the text alone.

    That pattern tries every `=` of a piece as the one after its name, and for each of them all of the
    rest. Only two are possible: the first, or one directly before a quoted value.
    """

    QUOTED = r'"(?:[^\\"]|\\.)*"'
    DATE = r"\w{3},\s[\w\d\s-]{9,11}\s[\d:]{8}\sGMT"
    END = r"\s*(\s+|;|$)"
    FIRST = re.compile(
        rf"\s*(?P<key>[{_LegalKeyChars}](?:(?!=)[{_LegalKeyChars}])*)"
        rf"(\s*=\s*(?P<val>{QUOTED}|{DATE}|[{_LegalValueChars}]*))?{END}", re.ASCII)
    IN_FRONT = re.compile(rf"\s*(?P<key>[{_LegalKeyChars}]+)=(?P<val>{QUOTED}){END}", re.ASCII)

    @classmethod
    def match(cls, text, start):
        return cls.FIRST.match(text, start) or cls.IN_FRONT.match(text, start)


def cookies_in(text, limit=None):
    """Name, value and attributes of each cookie, up to the first piece that is not one.

    The result is empty if an attribute comes first, or if a name that is not a flag has no value.
    """
    cookies = []
    end = 0
    count = 0
    while match := CookiePattern.match(text, end):
        end = match.end()
        count += 1
        if limit is not None and count > limit:
            raise HTTPException(
                400, "a request has more than %d cookies (limits.parameters)" % limit)
        name, value = match["key"], match["val"]
        attributes = cookies[-1][2] if cookies else None
        if name.startswith("$"):
            # Before the first cookie they concern the whole text, and are ignored.
            if cookies:
                attributes.append((name[1:], value))
        elif Morsel().isReservedKey(name):
            if value is None and name.lower() in Morsel._flags:
                value = True
            if value is None or not cookies:
                return []
            attributes.append((name, value if value is True else unquoted(value)))
        elif value is None:
            return []
        else:
            cookies.append((name, value, []))
    return cookies


def unquoted(value):
    """A quoted value without its quotes, and what its backslashes stand for."""
    if len(value) < 2 or not value.startswith('"') or not value.endswith('"'):
        return value
    return re.sub(r"\\([0-3][0-7]{2}|.)", escaped, value[1:-1])


def escaped(match):
    text = match[1]
    return chr(int(text, 8)) if len(text) == 3 else text


class Authentication:
    """HTTP Basic credentials as bytes; both None when the request has no Authorization header.

    Another scheme is refused with 400. Anything that is not base64 of `name:password` raises
    whatever the decoding raises, so the peer sees a 500.
    """

    def __init__(self, headers):
        self.username = None
        self.password = None
        fields = headers.get_list(b"authorization", [])
        if fields:
            # Two Authorization fields mean nothing; the first one counts.
            scheme, credentials = fields[0].split(b" ", 1)
            if scheme != b"Basic":
                raise HTTPException(400, "Unsupported authentication scheme %s" % scheme)
            self.username, self.password = self.decode_basic(credentials)

    def decode_basic(self, data):
        import base64

        return base64.b64decode(data).split(b":", 1)
