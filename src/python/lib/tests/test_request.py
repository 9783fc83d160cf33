"""Cookies and credentials: header bytes in, what a script sees out."""

import itertools
import time
import unittest
from http.cookies import BaseCookie, CookieError

from support import RequestHeaders
from wptserve.request import BinaryCookieParser, auth_of, cookies_of
from wptserve.utils import HTTPException

# Cookie fields, and names with values in order.
COOKIES = [
    ([], []),
    ([b"a=1; b=x"], [(b"a", b"1"), (b"b", b"x")]),
    ([b"a=1", b"b=2,3"], [(b"a", b"1"), (b"b", b"2,3")]),
    ([b"a=1; a=2"], [(b"a", b"2")]),
    ([b'a="q r"; b=; c=d=e'], [(b"a", b'"q r"'), (b"b", b""), (b"c", b"d=e")]),
    # An attribute belongs to the cookie before it; in front it spoils all.
    ([b"a=1; path=/x; b=2"], [(b"a", b"1"), (b"b", b"2")]),
    ([b"path=/x; a=1"], []),
    # An illegal piece ends the list.
    ([b"a=1; b=\xe9; c=3"], [(b"a", b"1")]),
]

# Authorization value, user name, password.
CREDENTIALS = [
    (None, None, None),
    (b"Basic dTpw", b"u", b"p"),
    (b"Basic dTpwOnE=", b"u", b"p:q"),
    (b"Basic /zr+", b"\xff", b"\xfe"),
]


class Cookies(unittest.TestCase):
    def test_fields(self):
        for fields, expected in COOKIES:
            with self.subTest(fields=fields):
                cookies = cookies_of(RequestHeaders([("Cookie", field) for field in fields]))
                self.assertEqual([(name, cookies[name].value) for name in cookies], expected)

    def test_text(self):
        # As the standard library reads it: everything short that is made of what the reading turns on.
        words = ("a", "=", '"', "\\", "073", ";", " ", "[", "path", "Secure", "$Version", "\xe9", "b=1")
        for length in range(5):
            for pieces in itertools.product(words, repeat=length):
                self.assert_alike("".join(pieces))
        for pieces in itertools.product('a=["; ', repeat=6):
            self.assert_alike("".join(pieces))
        for text in ('a=1; path="\\073\\\\\\0";b=2', "a=Wed, 09 Jun 2021 10:18:14 GMT; b=c",
                     "a=b=Wed, 09 Jun", 'a=b; path="\\4001\\', "a=1;$Path=/x; b=2; Secure=no"):
            self.assert_alike(text)

    def assert_alike(self, text):
        def read(parser, text):
            try:
                parser.load(text)
            except CookieError as error:
                return str(error)
            return [(name, morsel.coded_value, dict(morsel)) for name, morsel in parser.items()]

        mine = read(BinaryCookieParser(), text.encode("latin-1"))
        self.assertEqual(mine, read(BaseCookie(), text), text)

    def test_long_text(self):
        for text, found in [
            (b"a" + b"=" * 60_000 + b'"', []),
            (b"a=" * 30_000 + b"\x01", []),
            (b"a=" + b"=" * 60_000 + b";b=", [b"a", b"b"]),
            (b'a=b; path="' + b"\\" * 60_000 + b'"', [b"a"]),
            (b"a=b;path;" * 7_000, []),
        ]:
            began = time.process_time()
            cookies = cookies_of(RequestHeaders([("Cookie", text)]))
            self.assertEqual(list(cookies), found)
            # Otherwise it is minutes.
            self.assertLess(time.process_time() - began, 10)

    def test_illegal_name(self):
        with self.assertRaises(CookieError):
            cookies_of(RequestHeaders([("Cookie", b"a{b=1")]))

    def test_value(self):
        cookie = cookies_of(RequestHeaders([("Cookie", b"a=1; path=/x")]))[b"a"]
        self.assertEqual((cookie.key, cookie.value, cookie.path), ("a", b"1", "/x"))
        self.assertEqual((str(cookie), repr([cookie])), ("a=1; Path=/x", "[a=1; Path=/x]"))
        self.assertTrue(cookie == b"1" and cookie == cookie)
        self.assertFalse(cookie == "1")
        self.assertRaises(TypeError, hash, cookie)


class Credentials(unittest.TestCase):
    def headers(self, value):
        return RequestHeaders([] if value is None else [("Authorization", value)])

    def test_read(self):
        for value, username, password in CREDENTIALS:
            with self.subTest(value):
                auth = auth_of(self.headers(value))
                self.assertEqual((auth.username, auth.password), (username, password))

    def test_other_scheme(self):
        for value in (b"Digest x", b"basic dTpw"):
            with self.assertRaises(HTTPException) as caught:
                auth_of(self.headers(value))
            self.assertEqual(caught.exception.code, 400)

    def test_broken(self):
        # no space, no colon, bad padding
        for value in (b"Basic", b"Basic dQ==", b"Basic dTp"):
            with self.subTest(value), self.assertRaises(ValueError):
                auth_of(self.headers(value))


if __name__ == "__main__":
    unittest.main()
