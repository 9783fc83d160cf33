"""Cookies and credentials: header bytes in, what a script sees out."""

import http.cookies
import itertools
import time
import unittest
from http.cookies import CookieError

from support import RequestHeaders
from wptserve.request import CookiePattern, auth_of, cookies_of
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

    def test_pattern(self):
        # The standard library's own, on everything short that is made of what it turns on.
        for length in range(7):
            for pieces in itertools.product('a=["; ', repeat=length):
                text = "".join(pieces)
                mine, other = CookiePattern.match(text, 0), http.cookies._CookiePattern.match(text, 0)
                found = [match and (match.end(), match["key"], match["val"]) for match in (mine, other)]
                self.assertEqual(*found, text)
        for text in ('a="\\""b', 'a="\\"";b', "a=Wed, 09 Jun 2021 10:18:14 GMT; b", "a=b=Wed, 09 Jun"):
            mine, other = CookiePattern.match(text, 0), http.cookies._CookiePattern.match(text, 0)
            self.assertEqual(mine and mine.groups(), other and other.groups(), text)

    def test_many_equals_signs(self):
        for text, found in [
            (b"a" + b"=" * 60_000 + b'"', []),
            (b"a=" * 30_000 + b"\x01", []),
            (b"a=" + b"=" * 60_000 + b";b=", [b"a", b"b"]),
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
