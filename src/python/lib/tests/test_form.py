"""`request.POST`: bytes in, fields out.

The expected results are those of the reference's own reader, but for the cases that say otherwise.
"""

import time
import unittest

from support import Request
from wptserve.form import form_of, parse_header
from wptserve.utils import HTTPException

NAMED = b'Content-Disposition: form-data; name="%s"\r\n'
FILE = b'Content-Disposition: form-data; name="f"; filename="x.bin"\r\n'

# What it shows, the body between boundaries "B", and the fields in order.
MULTIPART = [
    ("one field", b"--B\r\n" + NAMED % b"a" + b"\r\n1\r\n--B--\r\n", [(b"a", b"1")]),
    ("order of first appearance",
     b"--B\r\n" + NAMED % b"z" + b"\r\n1\r\n--B\r\n" + NAMED % b"a" + b"\r\n2\r\n--B\r\n"
     + NAMED % b"z" + b"\r\n3\r\n--B--", [(b"z", b"1"), (b"z", b"3"), (b"a", b"2")]),
    ("bare LF", b"--B\nContent-Disposition: form-data; name=a\n\n1\n2\n--B--\n", [(b"a", b"1\n2")]),
    ("no terminator", b"--B\r\n" + NAMED % b"a" + b"\r\n1\r\n", [(b"a", b"1")]),
    ("no last line end", b"--B\r\n" + NAMED % b"a" + b"\r\n1", [(b"a", b"1")]),
    ("head only", b"--B\r\n" + NAMED % b"a", [(b"a", b"")]),
    ("preamble and epilogue",
     b"hello\r\n--Bx\r\n--B\r\n" + NAMED % b"a" + b"\r\n1\r\n--B--\r\n--B\r\nbye",
     [(b"a", b"1")]),
    ("spaces after a boundary", b"--B \t\r\n" + NAMED % b"a" + b"\r\n1\r\n--B--  \r\n",
     [(b"a", b"1")]),
    ("a boundary only after a line end", b"--B\r\n" + NAMED % b"a" + b"\r\nx--B\r\n--Bx\r\n--B--",
     [(b"a", b"x--B\r\n--Bx")]),
    ("binary content", b"--B\r\n" + NAMED % b"a" + b"\r\n\r\n--\r\r\n\0\xff\n\r\n--B--",
     [(b"a", b"\r\n--\r\r\n\0\xff\n")]),
    ("a length in a part is ignored",
     b"--B\r\n" + NAMED % b"a" + b"Content-Length: 1\r\n\r\n123\r\n--B--", [(b"a", b"123")]),
    ("quoting", b"--B\r\n" + NAMED % b'a\\"b;c%22' + b"\r\n1\r\n--B--", [(b'a"b;c%22', b"1")]),
    ("latin-1 name", b"--B\r\n" + NAMED % b"\xe9" + b"\r\n\xe9\r\n--B--", [(b"\xe9", b"\xe9")]),
    ("an empty file name is a field",
     b'--B\r\nContent-Disposition: form-data; name="f"; filename=""\r\n\r\nx\r\n--B--',
     [(b"f", b"x")]),
    ("nothing", b"", []),
    ("no boundary line", b"a=1", []),
    # The reference reads on to the end of the body here.
    ("a urlencoded part is a value",
     b"--B\r\n" + NAMED % b"a" + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nx=1\r\n"
     b"--B\r\n" + NAMED % b"b" + b"\r\n2\r\n--B--", [(b"a", b"x=1"), (b"b", b"2")]),
]

# Method, Content-Type (None: none), body, and the fields.
OTHER = [
    ("POST", "application/x-www-form-urlencoded", b"b=1&a=%E9+%41&b=&c&=d&&e=%zz",
     [(b"b", b"1"), (b"b", b""), (b"a", b"\xe9 A"), (b"c", b""), (b"", b"d"), (b"e", b"%zz")]),
    ("POST", "Application/X-WWW-Form-urlencoded; charset=utf-8", b"a=1", [(b"a", b"1")]),
    ("PUT", "application/x-www-form-urlencoded", b"a;b=\xff", [(b"a;b", b"\xff")]),
    ("POST", None, b"a=1", [(b"a", b"1")]),
    ("PUT", None, b"a=1", []),
    ("GET", "application/x-www-form-urlencoded", b"a=1", []),
    ("head", "multipart/form-data; boundary=B", b"--B\r\n\r\n--B--", []),
    ("POST", "application/json", b"{}", []),
    ("POST", "", b"a=1", []),
]

# Content-Type and body of what the peer answers with a 500.
REFUSED = [
    ("multipart/form-data", b"--B--"),
    ("multipart/form-data; boundary=", b"--B--"),
    ("multipart/form-data; boundary=\xe9\x01", b""),
    ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--"),
    ("multipart/form-data; boundary=B", b"--B\r\n\r\n1\r\n--B--"),
]


class Forms(unittest.TestCase):
    def fields(self, method, content_type, body):
        headers = [] if content_type is None else [("Content-Type", content_type)]
        request = Request("/", method, headers, body)
        request.raw_input.seek(len(body) // 2)
        form = form_of(request)
        self.assertEqual(request.raw_input.tell(), len(body) // 2, "the position was not put back")
        return [(name, value) for name, values in form.items() for value in values]

    def test_multipart(self):
        for name, body, fields in MULTIPART:
            with self.subTest(name):
                found = self.fields("POST", "multipart/form-data; boundary=B", body)
                self.assertEqual(found, fields)

    def test_other_types_and_methods(self):
        for method, content_type, body, fields in OTHER:
            with self.subTest(method=method, type=content_type):
                self.assertEqual(self.fields(method, content_type, body), fields)

    def test_refused(self):
        for content_type, body in REFUSED:
            with self.subTest(content_type, body=body):
                with self.assertRaises((TypeError, ValueError)):
                    self.fields("POST", content_type, body)


class Files(unittest.TestCase):
    def upload(self, head, content):
        body = b"--B\r\n" + head + b"\r\n" + content + b"\r\n--B--\r\n"
        content_type = 'multipart/form-data; boundary="B"'
        return form_of(Request("/", "POST", [("Content-Type", content_type)], body)).first(b"f")

    def test_what_scripts_ask_of_a_file(self):
        file = self.upload(FILE + b"Content-Type: image/png; a=b\r\nX-Y: z\r\n", b"data")
        self.assertEqual((file.name, file.filename), ("f", "x.bin"))
        self.assertEqual((file.type, file.type_options), ("image/png", {"a": "b"}))
        self.assertEqual(file.disposition, "form-data")
        self.assertEqual(file.headers["x-y"], "z")
        self.assertEqual((file.file.read(), file.value, file.list), (b"data", b"data", None))
        self.assertEqual(repr(file), "FieldStorage('f', 'x.bin', b'data')")
        file.value = "other"
        self.assertEqual(repr(file), "FieldStorage('f', 'x.bin', 'other')")
        self.assertRaises(TypeError, bool, file)
        self.assertRaises(TypeError, lambda: "a" in file)

    def test_default_type(self):
        self.assertEqual(self.upload(FILE, b"").type, "text/plain")

    def test_lines_cut_anywhere(self):
        for size in (65534, 65535, 65536, 65537, 131072):
            for end in (b"", b"\r", b"\n", b"\r\n", b"\r\r\n", b"\r--B", b"--B--"):
                content = b"x" * (size - len(end)) + end + b"tail"
                with self.subTest(size=size, end=end):
                    self.assertEqual(self.upload(FILE, content).value, content)

    def test_large_file_leaves_memory(self):
        content = b"line\r\n" * 200000
        file = self.upload(FILE, content)
        self.assertTrue(file.file.fileno() >= 0)
        self.assertEqual(file.value, content)
        with file:
            pass
        self.assertTrue(file.file.closed)

    def test_many_lines_in_a_head(self):
        file = self.upload(FILE + b"a:b\r\n" * 10_000, b"data")
        self.assertEqual(file.value, b"data")
        for head in (FILE + b"a:b\r\n" * 400_000, FILE + b"a" * 2_400_000):
            began = time.process_time()
            with self.assertRaises(HTTPException) as raised:
                self.upload(head, b"data")
            self.assertEqual(raised.exception.code, 400)
            self.assertLess(time.process_time() - began, 1)

    def test_cheap_to_send_is_cheap_to_read(self):
        size, times = 400_000, 4
        for name, line in [("line ends", b"\n"), ("almost boundaries", b"\n--Bx"), ("dashes", b"-")]:
            with self.subTest(name):
                content = line * (size // len(line))
                # Squares would be sixteen.
                self.assertTrue(any(self.seconds(content * times) < 8 * self.seconds(content) for _ in range(5)))

    def seconds(self, content):
        began = time.process_time()
        self.assertEqual(self.upload(FILE, content).value, content)
        return time.process_time() - began

    def test_limits(self):
        parts = b"".join(b"--B\r\n" + NAMED % b"n" + b"\r\n12\r\n" for _ in range(5)) + b"--B--"
        headers = [("Content-Type", "multipart/form-data; boundary=B")]
        for limits, code in [((5, 10), None), ((4, 10), 400), ((5, 9), 413)]:
            with self.subTest(limits):
                request = Request("/", "POST", headers, parts)
                if code is None:
                    self.assertEqual(form_of(request, limits).get_list(b"n"), [b"12"] * 5)
                    continue
                with self.assertRaises(HTTPException) as raised:
                    form_of(request, limits)
                self.assertEqual(raised.exception.code, code)
                self.assertIn("limits.", raised.exception.message)

    def test_nested_parts(self):
        inner = (b'--C\r\nContent-Disposition: file; filename="1"\r\n\r\none\r\n'
                 b"--C\r\n" + NAMED % b"n" + b"\r\n\xe9\r\n--C--\r\n")
        body = (b"--B\r\n" + FILE + b"Content-Type: multipart/mixed; boundary=C\r\n\r\n" + inner
                + b"\r\n--B\r\n" + NAMED % b"after" + b"\r\n2\r\n--B--")
        request = Request("/", "POST", [("Content-Type", "multipart/form-data; boundary=B")], body)
        form = form_of(request)
        # The reference loses what comes after a nested multipart.
        self.assertEqual(form.first(b"after"), b"2")
        outer = form.first(b"f")
        self.assertEqual([part.value for part in outer.list], [b"one", "\xe9"])
        self.assertEqual((list(outer), len(outer), bool(outer)), ([None, "n"], 2, True))
        self.assertEqual((outer["n"].value, "n" in outer, "m" in outer), ("\xe9", True, False))
        self.assertEqual((outer.getvalue("n"), outer.getfirst("m", 0)), ("\xe9", 0))
        self.assertEqual((outer.getlist("n"), outer.getlist("m")), (["\xe9"], []))
        self.assertRaises(KeyError, lambda: outer["m"])

    def test_parse_header(self):
        for line, expected in [
            ("text/plain ; Charset=\"us-ascii\";x", ("text/plain", {"charset": "us-ascii"})),
            ('a; f="b;c";f=\'d\'', ("a", {"f": "'d'"})),
            ('a; f="b\\"c\\\\d"; g="', ("a", {"f": 'b"c\\d', "g": '"'})),
            (";;=x", ("", {"": "x"})),
        ]:
            with self.subTest(line):
                self.assertEqual(parse_header(line), expected)


if __name__ == "__main__":
    unittest.main()
