//! What `main` may return: the four documented forms, the odd ones that handlers use, and the
//! ones that are errors.

use super::case::{Case, run};

/// The cases.
pub fn cases() -> Vec<Case> {
    [content(), tuples(), statuses(), headers(), iterables()]
        .into_iter()
        .flatten()
        .collect()
}

/// `content` alone.
fn content() -> Vec<Case> {
    vec![
        run("bytes", r"return b'ham'"),
        run("binary bytes", r"return bytes(range(256))"),
        run("text", r"return 'ham'"),
        run("text beyond latin-1", r"return 'h\xe4m \u20ac \U0001f416'"),
        run("empty bytes", r"return b''"),
        run("empty text", r"return ''"),
        run("nothing", "pass"),
        run("nothing, with content set", "response.content = b'set'"),
        run("nothing, with a status set", "response.status = 404"),
        run(
            "nothing, with Content-Length set",
            "response.headers.set('Content-Length', 0)",
        ),
        run(
            "a subclass of bytes",
            "class B(bytes): pass\nreturn B(b'ham')",
        ),
        run("a subclass of text", "class S(str): pass\nreturn S('ham')"),
        run(
            "content replaces what was set",
            "response.content = b'set'\nreturn b'returned'",
        ),
        run("text with a lone surrogate", r"return '\ud800'"),
        run("an empty bytearray", "return bytearray()"),
        run("a bytearray", "return bytearray(b'ham')"),
        run("a number", "return 5"),
        run("true", "return True"),
        run("the response itself", "return response"),
    ]
}

/// Tuples, by their length.
fn tuples() -> Vec<Case> {
    vec![
        run("headers and content", "return [('X-A', 'b')], 'ham'"),
        run("no headers and content", "return [], b'ham'"),
        run(
            "status, headers and content",
            "return 201, [(b'X-A', b'b')], b'ham'",
        ),
        run(
            "(status, reason), headers and content",
            "return (200, 'my text'), [], 'ham'",
        ),
        run("a tuple of none", "return ()"),
        run("a tuple of one", "return (b'ham',)"),
        run("a tuple of four", "return 200, [], b'ham', None"),
        run(
            "a status where headers belong",
            "return 404, [('X-A', 'b')]",
        ),
        run("a list instead of a tuple", "return [('X-A', 'b'), b'ham']"),
        run(
            "a named tuple",
            "from collections import namedtuple\nT = namedtuple('T', 'headers content')\nreturn T([('X-A', 'b')], b'ham')",
        ),
        run("content none in a tuple", "return [], None"),
        run("a tuple with content that is no bytes", "return 200, [], 5"),
    ]
}

/// Statuses in a tuple of three.
fn statuses() -> Vec<Case> {
    vec![
        run(
            "status with a binary reason",
            r"return (200, b'\xe4\xff'), [], b''",
        ),
        run(
            "status with a latin-1 reason",
            r"return (200, '\xe4'), [], b''",
        ),
        run(
            "status with a reason beyond latin-1",
            r"return (200, '\u20ac'), [], b''",
        ),
        run(
            "status in bytes",
            "return (b'404', b'Gone fishing'), [], b''",
        ),
        run("status with an empty reason", "return (404, b''), [], b''"),
        run(
            "status with a reason of none",
            "return (299, None), [], b''",
        ),
        run("status with a number as reason", "return (299, 7), [], b''"),
        run("status as a list", "return [299, 'List'], [], b''"),
        run("status as text", "return '404', [], b''"),
        run("status as two bytes", "return b'40', [], b''"),
        run("status as text of two", "return '40', [], b''"),
        run("status none", "return None, [], b''"),
        run("status with a fraction", "return 200.7, [], b''"),
        run("status 0", "return 0, [], b''"),
        run("status -1", "return -1, [], b''"),
        run("status 999", "return 999, [], b''"),
        run("status 12345", "return 12345, [], b''"),
        run("status 308 has no reason", "return 308, [], b''"),
        run("status 413 has its old reason", "return 413, [], b''"),
        run("status 418 has no reason", "return 418, [], b''"),
        run("status 204 with content", "return 204, [], b'ham'"),
        run("status 304 with content", "return 304, [], b'ham'"),
        run("status 100 with content", "return 100, [], b'ham'"),
        run(
            "a reason with a line end in it",
            r"return (200, 'OK\r\nX-Split: yes'), [], b''",
        ),
    ]
}

/// Headers, in a tuple of two or three.
fn headers() -> Vec<Case> {
    vec![
        run(
            "headers as lists",
            "return [['X-A', 'b'], ['X-C', 'd']], b''",
        ),
        run(
            "headers as a tuple of tuples",
            "return (('X-A', 'b'), ('X-C', 'd')), b''",
        ),
        run(
            "headers as the items of a dict",
            "return {'X-A': 'b'}.items(), b''",
        ),
        run("headers as a dict", "return {'X-A': 'b'}, b''"),
        run("headers none", "return None, b''"),
        run(
            "headers from a generator",
            "return ((name, 'x') for name in ('X-A', 'X-B')), b''",
        ),
        run("a header of three", "return [('X-A', 'b', 'c')], b''"),
        run(
            "header with a number",
            "return [('X-A', 42), ('X-B', -1)], b''",
        ),
        run("header with a truth value", "return [('X-A', True)], b''"),
        run("header with none", "return [('X-A', None)], b''"),
        run("header with a fraction", "return [('X-A', 1.5)], b''"),
        run("header with a list", "return [('X-A', ['b'])], b''"),
        run("header named by a number", "return [(7, 'b')], b''"),
        run(
            "header with latin-1",
            r"return [('X-A', 'h\xe4m'), (b'X-B', b'\xe4\xff')], b''",
        ),
        run("header beyond latin-1", r"return [('X-A', '\u20ac')], b''"),
        run(
            "headers repeated are grouped",
            "return [('A', 1), ('B', 2), ('a', 3), ('A', 4)], b''",
        ),
        run(
            "headers set before are kept",
            "response.headers.set('A', 1)\nreturn [('A', '3')], b''",
        ),
        run(
            "header with a line end in it",
            r"return [('X-A', 'b\r\nX-Split: yes')], b''",
        ),
        run("header with NUL in it", r"return [('X-A', 'b\0c')], b''"),
        run("header with an empty value", "return [('X-A', '')], b''"),
        run("header with an empty name", "return [('', 'b')], b''"),
        run(
            "header with spaces around",
            "return [('X-A', '  b  ')], b''",
        ),
        run(
            "Content-Length of their own",
            "return [('Content-Length', '2')], b'ham'",
        ),
        run(
            "content-length in lower case",
            "return [('content-length', '3')], b'ham'",
        ),
        run(
            "Transfer-Encoding of their own",
            r"return [('Transfer-encoding', 'chunked')], b'3\r\nham\r\n0\r\n\r\n'",
        ),
        run(
            "Server and Date of their own",
            "return [('Server', 'ham'), ('date', 'today')], b''",
        ),
        run(
            "Connection of their own",
            "return [('Connection', 'close')], b'ham'",
        ),
    ]
}

/// Content that is iterated.
fn iterables() -> Vec<Case> {
    vec![
        run("a list of bytes", "return [b'ham', b'eggs']"),
        run("a list of text", r"return ['h\xe4m', 'eggs']"),
        run("an empty list", "return []"),
        run(
            "a list with empty items",
            "return [b'ham', b'', '', None, 0, [], b'eggs']",
        ),
        run(
            "a list of callables",
            "return [lambda: b'ham', lambda: 'eggs', lambda: None, str]",
        ),
        run(
            "a list with a file",
            "import io\nreturn [b'ham', io.BytesIO(b'eggs')]",
        ),
        run("a list in a list", "return [b'ham', [b'eggs']]"),
        run("a list with a number", "return [b'ham', 5]"),
        run("a dict", "return {'ham': 1, 'eggs': 2}"),
        run(
            "a generator",
            "def pieces():\n    yield b'ham'\n    yield 'eggs'\nreturn pieces()",
        ),
        run(
            "a generator that yields None",
            "def pieces():\n    yield b'ham'\n    yield None\n    yield 'eggs'\n\
            return [('Content-Length', 7)], pieces()",
        ),
        run(
            "an iterator of functions that return None",
            "return iter([lambda: None, b'ham', lambda: None])",
        ),
        run(
            "a generator that changes the encoding",
            r"
def pieces():
    yield '\xe9'
    response.encoding = 'latin-1'
    yield '\xe9'
return [('Content-Length', 3)], pieces()",
        ),
        run(
            "a generator in a tuple",
            "return 201, [('X-A', 'b')], (str(n) for n in range(20))",
        ),
        run(
            "a generator with its length",
            "return [('Content-Length', 6)], (str(n) for n in range(6))",
        ),
        run(
            "a generator that looks at its response",
            "response.mine = 'ham'\nresponse.headers.set('X-A', 'b')\nresponse.status = 201\n\
            def pieces():\n    yield response.mine\n    yield repr(response.headers.get('X-A'))\n    \
            yield str(response.status[0])\nreturn pieces()",
        ),
        run(
            "a generator that ends the connection",
            "def pieces():\n    yield 'ham'\n    response.close_connection = True\n\
            return [('Content-Length', 3)], pieces()",
        ),
        run("a generator that yields nothing", "return (n for n in ())"),
        run(
            "a generator that fails at once",
            "def pieces():\n    raise ValueError('ham')\n    yield b''\nreturn pieces()",
        ),
        run(
            "a generator that fails later",
            "def pieces():\n    yield b'ham'\n    raise ValueError('ham')\nreturn pieces()",
        ),
        run(
            "a generator that fails with its length",
            "def pieces():\n    yield b'ham'\n    raise ValueError('ham')\nreturn [('Content-Length', 9)], pieces()",
        ),
        run(
            "a callable that fails",
            "def fail():\n    raise ValueError('ham')\nreturn [b'ham', fail, b'eggs']",
        ),
        run("an open file", "return open('files/after.txt', 'rb')"),
        run("an open text file", "return open('files/after.txt')"),
        run(
            "open files among other items",
            "return [('Content-Length', 75)], ['a', open('files/after.txt'), open('files/after.txt', 'rb')]",
        ),
        run(
            "a file in memory",
            "import io\nreturn [('X-A', 'b')], io.BytesIO(b'ham' * 20000)",
        ),
        run(
            "an object with read and no close",
            "class F:\n    def __init__(self): self.left = [b'ham', b'eggs', b'']\n    def read(self, count): return self.left.pop(0)\nreturn F()",
        ),
        run("large bytes", "return b'ham' * 100000"),
        run(
            "a long generator",
            "return (b'x' * 1000 for n in range(200))",
        ),
    ]
}
