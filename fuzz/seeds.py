#!/usr/bin/env python3
"""Writes the seed corpus, `corpus/TARGET/`, from the catalogue and from the examples below.

Run it after the catalogue has changed. It rewrites its own files, and does not touch others,
such as kept finds. A seed is small, and named after its content.
"""

import ast
import json
import re
from pathlib import Path

FUZZ = Path(__file__).resolve().parent
CATALOGUE = FUZZ.parent / "catalogue"
TESTS = FUZZ.parent / "tests"

# The most seeds of a target, and the most bytes of a seed; larger ones only slow the fuzzer down.
MOST = 60
LARGEST = 2048


def main():
    requests = json.loads((CATALOGUE / "requests.json").read_text())
    sent = {name_of(case): latin1("".join(texts(case["sends"]))) for case in requests}
    responses = json.loads((CATALOGUE / "responses.json").read_text())
    answers = {name_of(case): latin1("".join(texts(case["steps"]))) for case in responses}
    scripts = {path.stem: path.read_bytes() for path in sorted((CATALOGUE / "responses").glob("*.wire"))}

    write("wire_script", {**spread(scripts, MOST - len(WIRE)), **WIRE})
    write("raw_lines", {**sent, **spread(of_heads(answers), MOST - len(sent))})
    write("head", sent)
    write("framing", {name: text for name, text in sent.items() if says_length(text)} | FRAMING)
    bodies = {name: body for name, text in {**sent, **answers}.items() if (body := chunked(text))}
    write("chunked", {**spread(bodies, MOST - len(CHUNKED)), **CHUNKED})
    lines = {name: text.split(b"\r\n")[0] for name, text in sent.items()}
    targets = {name: b" ".join(line.split(b" ")[:2]) for name, line in lines.items() if b" " in line}
    write("target_and_query", {**distinct(targets), **TARGETS})
    write("ranges", RANGES)
    write("route_pattern", PATTERNS)
    write("pipes", PIPES)
    write("template", TEMPLATES)
    write("headers_file", HEADERS_FILES)
    write("basic_auth", CREDENTIALS)
    write("quoted", QUOTED)
    pieces = (b"\0", b"\1", b"\x80", b"\x87")
    asked = {name: pieces[at % len(pieces)] + text for at, (name, text) in enumerate(sent.items())}
    write("connection", {**spread(asked, MOST - len(CONNECTIONS)), **CONNECTIONS})
    forms = {name: b"application/x-www-form-urlencoded\n" + body for name, body in of_parity("forms", "b").items()}
    write("form", {**forms, **FORMS})
    write("cookies", {**of_parity("cookies"), **COOKIES})
    write("stash_key", KEYS)
    write("response_fuzz", {f"seed-{seed}": seed.to_bytes(8, "little") for seed in SEEDS})


def texts(steps):
    """The texts that a case sends, without its pauses. A pair is a text and a count."""
    for step in steps:
        part = step.get("send", "") if isinstance(step, dict) else step
        for text in part if isinstance(part, list) and not is_pair(part) else [part]:
            yield text if isinstance(text, str) else text[0] * text[1]


def is_pair(part):
    return len(part) == 2 and isinstance(part[1], int)


def latin1(text):
    return text.encode("latin-1", "replace")


def name_of(case):
    words = re.sub(r"[^a-z0-9]+", "-", case["title"].lower()).strip("-")
    return f"{case['id']}-{words}"[:48].rstrip("-")


def of_heads(messages):
    """The heads of messages. `raw_lines` treats a status line like a request line."""
    heads = {name: text.partition(b"\r\n\r\n") for name, text in messages.items()}
    return distinct({name: head + end for name, (head, end, _) in heads.items() if end})


def of_parity(topic, prefix=""):
    """The inputs of a topic's cases, by name, if they are one literal."""
    source = (TESTS / "parity" / topic).with_suffix(".rs").read_text()
    literal = r'(r#".*?"#|"(?:[^"\\]|\\.)*")'
    cases = re.findall(rf'\bof\(\s*"([^"]+)",\s*{prefix}{literal},?\s*\)', source)
    return {re.sub(r"[^a-z0-9]+", "-", name.lower()): value_of(literal) for name, literal in cases
            if "request." not in literal}


def value_of(literal):
    """The bytes of a Rust literal. Python's syntax differs only in raw strings and in braces."""
    if literal.startswith("r"):
        return literal[3:-2].encode()
    return latin1(ast.literal_eval(re.sub(r"\\u\{(\w\w)\}", r"\\x\1", literal)))


def says_length(head):
    return re.search(rb"(?i)content-length|transfer-encoding", head) is not None


def chunked(message):
    head, _, body = message.partition(b"\r\n\r\n")
    return body if b"chunked" in head.lower() else b""


def distinct(seeds):
    seen = set()
    return {name: seed for name, seed in seeds.items() if not (seed in seen or seen.add(seed))}


def spread(seeds, count):
    """At most `count` seeds, picked at equal distances."""
    seeds = {name: seed for name, seed in distinct(seeds).items() if len(seed) <= LARGEST}
    names = list(seeds)
    if len(names) > count:
        names = [names[at * len(names) // count] for at in range(count)]
    return {name: seeds[name] for name in names}


def write(target, seeds):
    folder = FUZZ / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    seeds = spread(seeds, MOST)
    for name, seed in seeds.items():
        (folder / name).write_bytes(seed)
    print(f"{target}: {len(seeds)}")


WIRE = {
    "every-step": rb"""# all of them
let body = "ok" * 3
send "HTTP/1.1 200 OK\r\n"
     "Content-Length: " length(body) "\r\n\r\n" body
send by 1 every 10ms "slowly"
send by 2 "abc"
pause 1.5s
wait_for "event" within 2min
wait_for head
wait_for body
wait_for body 10 within 5us
wait_for connection
set "caf\xc3\xa9"
clear "event"
read 5
read until "\r\n" within 1ns
next
next site
hold 50ms
ws_accept
ws_accept "A: b\r\n"
ws_frame "hello"
ws_frame fin=0 rsv=4 opcode=9 mask="abcd" length=5 width=64 body
ws_close
ws_close 1000 "done"
half_close
next
close
""",
    "every-block": rb"""let row = "X-" number ": " number(2) "\r\n"
repeat 2 {
  send "a" row * 3 chunk(number) length(row) hex((number) * 9)
  unless method "HEAD" {
    send "b"
       "c"
  } else if field "Range" contains "BYTES=" send "d"
  else {}
  if field "Expect" send_continue
  read 5 within 1ms
  on timeout {
    wait_for head within 1s on timeout reset
  }
}
receive_buffer 4096
send file "a" gzip "b" length(gzip(file "c" (number) * 2))
first 2 requests send "e" else first 1 connection { send "f" }
if method "GET" close
else reset
""",
    "chunks": b'let a = "x" * 10\nsend chunk(a) chunk(hex(a * 2)) chunk("")\nreset\n',
    "nested-groups": b'send ((("a" * 2) "b") * 3)\nhold\n',
    "more-than-can-be-sent": b'send "a" * 67108865\n',
    "more-than-can-be-counted": b'send length("a" * 18446744073709551615 "a")\n',
    "nothing-behind-an-end": b"close\npause 1s\n",
    "nothing-behind-a-fin": b'half_close\nsend "x"\n',
    "more-than-can-be-repeated": b'repeat 1000 repeat 1000 pause 1s\n',
    "a-block-without-an-end": b'repeat 2 {\n  send "a"\nsend "b"\n',
    "crlf-line-ends": b'send "a"\r\n  "b"\r\n\r\npause 1ms # x\r\nclose\r\n',
    "no-such-step": b'sned "x"\n',
}

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"

FRAMING = {
    "plus-sign": HEAD + b"Content-Length: +3\r\n\r\n",
    "underscore": HEAD + b"Content-Length: 1_0\r\n\r\n",
    "as-a-list": HEAD + b"Content-Length: 2, 2\r\n\r\n",
    "the-same-twice": HEAD + b"Content-Length: 2\r\nContent-Length: 02\r\n\r\n",
    "beyond-files": HEAD + b"Content-Length: 9223372036854775808\r\n\r\n",
    "beyond-64-bits": HEAD + b"Content-Length: 18446744073709551616\r\n\r\n",
    "codings": HEAD + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: Chunked \r\n\r\n",
    "codings-in-http-10": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "folded": HEAD + b"Content-Length:\r\n 3\r\n\r\n",
    "host-without-a-reading": b"POST / HTTP/1.1\r\nHost: a\0\r\nTransfer-Encoding: chunked\r\n\r\n",
}

CHUNKED = {
    "nothing": b"0\r\n\r\n",
    "zeros": b"000a\r\n0123456789\r\n0000000000000000000\r\n\r\n",
    "extensions": b'2;foo=bar\r\nab\r\n3 ; a="b;\\"c" ;d\r\ncde\r\n0;last\r\n\r\n',
    "trailers": b"1\r\n\r\r\n0\r\nX-T: v\r\nY:\r\ngarbage\r\n\r\n",
    "next-request": b"2\r\nab\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "bare-lf": b"2\nab\n0\n\n",
    "largest-size": b"ffffffffffffffff\r\nab",
    "too-large-size": b"10000000000000000\r\nab",
    "no-crlf-behind-data": b"2\r\nabc\r\n0\r\n\r\n",
    "cut": b"5;x\r\nab",
}

TARGETS = {
    "absolute": b"GET http://u@a:80/b?c=d#e",
    "absolute-without-path": b"GET http://a?b",
    "other-scheme": b"GET https://a/b",
    "no-hierarchy": b"GET urn:a:b?c",
    "authority": b"CONNECT [::1]:443",
    "asterisk": b"OPTIONS *",
    "slashes": b"GET ///a//b/../c",
    "pairs": b"GET /a?b=c&&=d&e&f==g+%2B%zz&%ff=%00\xe9",
    "fragment": b"GET /a#b?c",
    "questions": b"GET /?a?b",
}

RANGES = {
    "first": b"10\nbytes=0-0",
    "open": b"10\nbytes=2-",
    "last": b"10\nbytes=-3",
    "all": b"10\nbytes=-",
    "several": b"60\nbytes=0-1,4-5, 2-3 ,-10",
    "covering": b"10\nbytes=2-3,6-7,0-9",
    "touching": b"10\nbytes=0-1,2-3",
    "python-numbers": b"20\nbytes=\t+1_0 -\x0b1_2\x0c",
    "beyond": b"10\nbytes=5-18446744073709551616",
    "behind": b"10\nbytes=10-",
    "backwards": b"10\nbytes=5-4",
    "of-nothing": b"0\nbytes=0-",
    "largest-file": b"18446744073709551615\nbytes=0-18446744073709551615,-1",
    "other-unit": b"10\nlines=1-2",
    "not-ascii": b"10\nbytes=0-\xe9",
}

PATTERNS = {
    "literal": b"/a/b.py\n/a/b.py",
    "implied-slash": b"a\n/a",
    "star": b"*\n/a/b",
    "star-and-suffix": b"/x/*.py\n/x/y/z.py",
    "groups": b"/{a}-{b}/c\n/1-2-3/c",
    "adjacent-groups": b"/{a}{b}{c}\n/xyz",
    "group-and-star": b"api/{r}/*.json\n/api/t/u/d.json",
    "escaped": b"/\\{a\\}\\*\n/\\{a\\}\\*",
    "empty-group": b"/{a}/\n//",
    "unicode": "/{é}\n/é".encode(),
    "same-group": b"/{a}/{a}\n/b/b",
    "behind-star": b"/*{a}\n/b",
}

PIPES = {
    "status": b"status(404)\nx",
    "header": b"header(A,b)|header(a,c,true)\nx",
    "slice": b"slice(-5,null)|slice(1)\nabcdefgh",
    "gzip": b"gzip\naaaaaaaaaaaa",
    "sub": b"sub(none)|sub\n{{host}} {{GET[x]}}",
    "trickle": b"trickle(1:d0.5:2:r2)\nabcdefgh",
    "trickle-for-ever": b"trickle(d1:r2)\nabc",
    "escapes": b"header(a\\,b,\\)\\n\\\\)\nx",
    "stray-signs": b"|status(200)||slice(0\nx",
    "unknown": b"ham(1)\nx",
    "content-of-two-lines": b"header(a,b)\nx\ny",
    "backslash-at-the-end": b"header(a,\\\nx",
    "python-numbers": b"status( +2_00 )|trickle(d1e1)\nx",
}

REQUEST = b"GET /a/b?x=%3C%26%22%27%5c&y=%ff HTTP/1.1\r\nHost: A.test:81\r\nX-A: b\r\n\r\n"

TEMPLATES = {
    "names": REQUEST + b"{{host}} {{ports[http][0]}} {{domains[www]}} {{hosts[alt][]}}",
    "request": REQUEST + b"{{GET[x]}} {{headers[X-A]}} {{header_or_default(B, c)}}",
    "location": REQUEST + b"{{location[server]}}{{location[path]}}{{location[query]}}",
    "variables": REQUEST + b"{{$a:host}} {{$a}} {{$b:$a[0]}} {{$b}}",
    "uuid": REQUEST + b"{{$id:uuid()}} {{$id}} {{uuid()[8]}}",
    "paths": REQUEST + b"{{fs_path(x)}} {{fs_path(/../y)}} {{url_base}} {{doc_root}}",
    "file-hash": REQUEST + b"{{file_hash(md5, x)}}",
    "items": REQUEST + b"{{host[-1]}} {{headers[X-A][0]}} {{ports[https][-1]}}",
    "braces": REQUEST + b"{{a}b}} {{{host}}} }} {{ {",
    "not-utf-8": REQUEST + b"{{GET[y]}} {{headers[\xff]}}",
    "no-placeholder": REQUEST + b"plain \xff text",
    "no-port": b"GET / HTTP/1.1\r\nHost: [::1]:x\r\n\r\n{{location[port]}}",
    "absolute": b"GET http://b/c?d HTTP/1.0\r\n\r\n{{location[host]}}{{location[scheme]}}",
}

HEADERS_FILES = {
    "one": b"Content-Type: text/plain\n",
    "several": b"A: b\r\nA: c\n\n\rD:e",
    "blanks": b" x \t:\x0b y \x0c\n",
    "empty-parts": b":\nb:\n: c",
    "no-colon": b"A: b\nham\n",
    "template": b"A: {{host}}\nB: {{GET[x]}}\n",
    "template-without-value": b"A: {{ham}}\n",
    "bytes": b"A\xff: \xe9\x00\x1c\x85\n",
    "empty": b"\n",
}

CREDENTIALS = {
    "name-and-password": b"Basic dTpw",
    "padding": b"Basic dTpwOng=",
    "empty": b"Basic Og==",
    "early-padding": b"Basic d===Tpw",
    "other-bytes": b"Basic  d=T\xff-p w",
    "behind-padding": b"Basic dTr=dTpw",
    "cut": b"Basic dTp",
    "no-colon": b"Basic dQ==",
    "missing": b"Basic",
    "other-scheme": b"Digest username=u",
    "pair": b"u:p:x",
    "pair-of-bytes": b"\xe9:\xff\x00",
}

QUOTED = {
    "escapes": b'"a\\r\\n\\t\\0\\\\\\"\\x7f\\xff" rest',
    "utf-8": '"café"'.encode(),
    "empty": b'""',
    "not-closed": b'"abc',
    "line-end": b'"a\n"',
    "control": b'"a\x01"',
    "unknown-escape": b'"\\q"',
    "cut-escape": b'"\\x1',
    "all-kinds-of-bytes": b"a \"\\\r\n\t\x00\x01\x7f\xe9",
}

MULTIPART = b"multipart/form-data; boundary=B\n"
NAMED = b'--B\r\nContent-Disposition: form-data; name="%s"\r\n'
FILE = b'--B\r\nContent-Disposition: form-data; name="f"; filename="x.bin"\r\n'

# The first line is the media type; `parts` introduces the parts of a form to make; see the target.
FORMS = {
    "no-type": b"a=b&c=d",
    "no-type-but-a-field": b"\na=b",
    "other-type": b"text/plain\na=b",
    "charset": b"Application/X-WWW-Form-Urlencoded; charset=utf-8\na=%E4",
    "one-part": MULTIPART + NAMED % b"a" + b"\r\n1\r\n--B--\r\n",
    "parts-of-one-name": MULTIPART + NAMED % b"a" + b"\r\n1\r\n" + NAMED % b"a" + b"\r\n2\r\n--B--\r\n",
    "file": MULTIPART + FILE + b"Content-Type: image/png; a=b\r\nX-Y: z\r\n\r\n\0\xff\r\n--B--\r\n",
    "bare-lf": MULTIPART + b"--B\nContent-Disposition: form-data; name=a\n\n1\n2\n--B--\n",
    "no-terminator": MULTIPART + NAMED % b"a" + b"\r\n1\r\n",
    "head-only": MULTIPART + NAMED % b"a",
    "preamble-and-epilogue": MULTIPART + b"hello\r\n--Bx\r\n" + NAMED % b"a" + b"\r\n1\r\n--B--\r\n--B\r\nbye",
    "spaces-behind-a-boundary": MULTIPART + b"--B \t\r\nContent-Disposition: a; name=b\r\n\r\n1\r\n--B--  \r\n",
    "boundary-within": MULTIPART + NAMED % b"a" + b"\r\nx--B\r\n--Bx\r\n--B--",
    "length-of-its-own": MULTIPART + NAMED % b"a" + b"Content-Length: 1\r\n\r\n123\r\n--B--",
    "escapes-in-a-name": MULTIPART + NAMED % b'a\\"b;c%22\\\\' + b"\r\n1\r\n--B--",
    "extended-file-name": MULTIPART + NAMED % b"a" + b"X: y; filename*=utf-8''%e9\r\n folded\r\n\r\n1\r\n--B--",
    "no-name": MULTIPART + b"--B\r\nX: y\r\n\r\n1\r\n--B--",
    "broken-head": MULTIPART + b"--B\r\nno field\r\nFrom x\r\n: y\r\n\r\n1\r\n--B--",
    "base64": MULTIPART + FILE + b"Content-Transfer-Encoding: base64\r\n\r\neA==\r\n--B--",
    "urlencoded-part": MULTIPART + FILE + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nx=1\r\n--B--",
    "nested": MULTIPART + FILE + b"Content-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\none\r\n--C--\r\n"
    + NAMED % b"b" + b"\r\n2\r\n--B--",
    "nested-with-the-same-boundary": MULTIPART + FILE + b"Content-Type: multipart/mixed; boundary=B\r\n\r\n"
    + NAMED % b"b" + b"\r\n2\r\n--B--\r\n--B--",
    "no-boundary": b"multipart/form-data\n--B--",
    "boundary-in-quotes": b'multipart/form-data; boundary="B C"\n--B C\r\n\r\n\r\n--B C--',
    "boundary-that-is-none": b"multipart/form-data; boundary=\xe9\n--\xe9--",
    "to-be-made": b"parts\na\x1fcontent\x1eb\x1f--boundary 0\r\n--\x1fname;\\\".bin\x1fimage/png\x1ea\x1f\r\n",
    "to-be-made-of-nothing": b"parts\n\x1f\x1f\x1e",
}

COOKIES = {
    "pairs": b"a=1; b=\"2\";c=d=e",
    "several-fields": b"a=1\nb=2,3\n\na=4",
    "escape-in-an-attribute": b'a=1; path="\\073\\\\\\0";b=2',
    "date-as-a-value": b"a=Wed, 09 Jun 2021 10:18:14 GMT; b=c",
    "equals-signs": b'a===="b"; a' + b"=" * 60 + b'"',
    "flags": b"a=1; Secure=no; HttpOnly; Partitioned; SameSite=None",
}

UUID = b"01234567-89ab-cdef-0123-456789ABCDEF"

KEYS = {
    "plain": UUID,
    "hex": UUID.replace(b"-", b""),
    "braces": b"{%s}" % UUID,
    "urn": b"urn:uuid:" + UUID,
    "urn-in-capitals": b"urn:uuiD:" + UUID,
    "words-within": UUID.replace(b"-", b"uuid:urn:"),
    "hyphens-anywhere": b"-" + UUID.replace(b"89", b"8-9") + b"--",
    "too-short": UUID[:-1],
    "too-long": UUID + b"0",
    "not-hex": UUID[:-1] + b"g",
    "underscores": UUID.replace(b"-", b"_"),
    "signs-of-numbers": b"+0x_" + UUID[:-5].replace(b"-", b""),
    "spaces": b" " + UUID[1:-1] + b"\n",
    "other-digits": UUID[:-1] + "\u0661".encode(),
    "not-utf-8": UUID[:-1] + b"\xff",
    "nul": UUID[:-1] + b"\0",
}

GET = b"GET /%s HTTP/1.1\r\nHost: a\r\n%s\r\n"


def get(path, fields=b""):
    return GET % (path, fields)


# The first byte has options: see the target.
CONNECTIONS = {
    "pipelined": b"\0" + get(b"a.txt") + get(b"fixed") + get(b"chunks") + get(b"gone"),
    "byte-by-byte": b"\1" + get(b"a.txt", b"Range: bytes=0-1\r\n"),
    "strict": b"\x80" + get(b"fixed") + b"GET /fixed HTTP/1.1\r\n\r\n",
    "old-version": b"\0GET /chunks HTTP/1.0\r\n\r\n",
    "no-version": b"\0GET /a.txt\r\n\r\n",
    "head": b"\0" + get(b"a.txt").replace(b"GET", b"HEAD") + get(b"fixed"),
    "length": b"\x03POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get(b"line"),
    "chunks": b"\x05POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "unread-body": b"\0POST /fault HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc" + get(b"fixed"),
    "part-of-a-body": b"\0POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc",
    "expect": b"\0POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
    "connect": b"\0CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\nhello",
    "options": b"\0OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + get(b"fixed"),
    "wire-scripts": b"\0" + get(b"short.wire") + get(b"next.wire") + get(b"") + get(b"folder/") + get(b"a.txt"),
    "wire-reads": b"\0" + get(b"reads.wire") + b"abcdef",
    "wire-waits": b"\0POST /waits.wire HTTP/1.1\r\nContent-Length: 2\r\n\r\nok" + get(b"a.txt"),
    "template": b"\0" + get(b"page.sub.html?x=%3C%22", b"X-A: b\r\n"),
    "wrapper": b"\0" + get(b"test.any.html") + get(b"test.any.worker.js"),
    "folder": b"\0" + get(b"folder") + get(b"folder/b.txt?pipe=gzip"),
    "ranges": b"\0" + get(b"a.txt", b"Range: bytes=0-0,2-3\r\n") + get(b"a.txt", b"Range: bytes=9-\r\n"),
    "conditional": b"\0" + get(b"a.txt", b"If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n"),
    "close": b"\0" + get(b"fixed", b"Connection: close\r\n") + get(b"fixed"),
    "empty-lines": b"\0\r\n\r\n" + get(b"fixed") + b"\r\n",
    "tls": b"\0\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
    "dots": b"\0" + get(b"../a.txt") + get(b"folder/..%2fa.txt") + get(b"%00"),
}

SEEDS = [0, 1, 7, 42, 318, 9999, 2**31, 2**63, 2**64 - 1]


if __name__ == "__main__":
    main()
