//! What a handler can do with `response`.

use super::case::{Case, run, run_as, show};

/// The cases.
pub fn cases() -> Vec<Case> {
    [headers(), attributes(), set_error(), written(), head()]
        .into_iter()
        .flatten()
        .collect()
}

/// `response.headers`.
fn headers() -> Vec<Case> {
    vec![
        run(
            "headers.set",
            "response.headers.set('X-A', 'b')\nresponse.headers.set(b'X-C', b'd')\nreturn b''",
        ),
        run(
            "headers.set twice",
            "response.headers.set('x-a', 'b')\nresponse.headers.set('X-B', '1')\nresponse.headers.set('X-A', 'c')\nreturn b''",
        ),
        run(
            "headers.append",
            "response.headers.append('X-A', 'b')\nresponse.headers.append('X-B', '1')\nresponse.headers.append('x-a', 'c')\nreturn b''",
        ),
        run(
            "headers.set after append",
            "response.headers.append('A', 1)\nresponse.headers.append('A', 2)\nresponse.headers.set('a', 3)\nreturn b''",
        ),
        run(
            "headers.update",
            "response.headers.update([('A', 1), (b'B', b'2'), ('a', '3')])\nreturn b''",
        ),
        run(
            "headers by []=",
            "response.headers['A'] = 'b'\nresponse.headers[b'a'] = 5\nreturn b''",
        ),
        run(
            "headers deleted",
            "response.headers.set('A', 1)\nresponse.headers.set('B', 2)\ndel response.headers[b'a']\nreturn b''",
        ),
        run(
            "headers deleted that are not there",
            "del response.headers['A']",
        ),
        run(
            "headers.get",
            "response.headers.append('A', 1)\nresponse.headers.append('a', 'x')\nreturn repr([response.headers.get('A'), response.headers[b'a'], response.headers.get('B'), response.headers.get('B', 5)])",
        ),
        run(
            "headers by [] that are not there",
            "return response.headers['A']",
        ),
        run(
            "headers, in and iteration",
            "response.headers.append('A', 1)\nresponse.headers.append('a', 2)\nresponse.headers.set('B', 3)\nreturn repr(['a' in response.headers, b'B' in response.headers, 'C' in response.headers, list(response.headers), response.headers.items()])",
        ),
        run(
            "headers, data and repr",
            "response.headers.append('A', 1)\nreturn repr([response.headers.data, response.headers])",
        ),
        run("headers have no len", "return len(response.headers)"),
        run("headers set to none", "response.headers.set('A', None)"),
        run(
            "headers set to a fraction",
            "response.headers.set('A', 1.5)",
        ),
        run(
            "headers set beyond latin-1",
            r"response.headers.set('A', '\u20ac')",
        ),
        run(
            "headers replaced by a list",
            "response.headers = [('X-A', 'b'), (b'X-C', 5)]\nreturn b'ham'",
        ),
        run(
            "headers replaced by a list, then set",
            "response.headers = []\nresponse.headers.set('A', 'b')",
        ),
        run(
            "headers replaced by a list with a bad one",
            "response.headers = [('X-A', None)]\nresponse.content = b'ham'",
        ),
        run(
            "headers replaced by none",
            "response.headers = None\nresponse.content = b'ham'",
        ),
        run(
            "headers, data changed",
            "response.headers.data[b'a'] = (b'A', [b'1'])\nreturn b'ham'",
        ),
        run(
            "headers, a list of values changed",
            "response.headers.set('Vary', 'Origin')\nresponse.headers.get('Vary').append(b'Cookie')\nreturn b'ham'",
        ),
        run(
            "headers, Server set",
            "response.headers.set('Server', 'ham')\nreturn b'eggs'",
        ),
        run(
            "headers, server in lower case",
            "response.headers.set('server', 'ham')\nreturn b'eggs'",
        ),
    ]
}

/// `status`, `content`, `encoding` and the switches.
fn attributes() -> Vec<Case> {
    vec![
        run(
            "status set to a number",
            "response.status = 404\nreturn b''",
        ),
        run(
            "status set to a pair",
            "response.status = (404, 'Gone fishing')\nreturn b''",
        ),
        run("status set to three", "response.status = (404, 'a', 'b')"),
        run("status set to text", "response.status = 'OK'"),
        run(
            "status read",
            "seen = [response.status]\nfor status in (404, (299, b'x'), [5, None], '40', (b'404', 7)):\n    response.status = status\n    seen.append(response.status)\nreturn 200, [], repr(seen)",
        ),
        run(
            "content at first",
            "return repr([response.content, response.encoding, response.add_required_headers, response.send_body_for_head_request, response.close_connection, response.request is request])",
        ),
        run(
            "content added to",
            "response.content += 'ham'\nresponse.content += b'' or ['eggs']",
        ),
        run(
            "content appended to",
            "response.content.append(b'ham')\nresponse.content.append(lambda: 'eggs')",
        ),
        run(
            "content set and added to",
            "response.content = b'ham'\nresponse.content += b'eggs'",
        ),
        run("content set to none", "response.content = None"),
        run(
            "content set to a generator",
            "response.content = (str(n) for n in range(3))",
        ),
        run(
            "encoding",
            r"
response.encoding = 'iso-8859-1'
return 'h\xe4m'",
        ),
        run(
            "encoding that cannot",
            r"
response.encoding = 'ascii'
return 'h\xe4m'",
        ),
        run(
            "encoding of a list",
            r"
response.encoding = 'utf-16-le'
response.add_required_headers = False
return ['h\xe4m', b'ham']",
        ),
        run(
            "no required headers",
            "response.add_required_headers = False\nreturn b'ham'",
        ),
        run(
            "no required headers, with the length",
            "response.add_required_headers = False\nreturn [('Content-Length', 3)], b'ham'",
        ),
        run(
            "close_connection",
            "response.close_connection = True\nreturn b'ham'",
        ),
        run(
            "close_connection undone",
            "response.close_connection = False\nreturn [b'ham']",
        ),
        run(
            "attributes of its own",
            "response.text = 'ham'\nresponse.status_code = 404\nreturn response.text",
        ),
        run("an attribute that is not there", "return response.ham"),
        run(
            "the logger",
            "return repr([response.logger.debug('ham'), callable(response.logger.warning)])",
        ),
        run(
            "iter_content",
            "response.content = [b'a', lambda: 'b', '', None]\nreturn repr(list(response.iter_content()))",
        ),
        run(
            "iter_content of text",
            r"
response.content = 'h\xe4m'
return repr([list(response.iter_content()), list(response.iter_content(read_file=True))])",
        ),
        show(
            "the writer knows its response",
            "[response.writer._response is response, response.writer.request is request]",
            "",
            "",
        ),
    ]
}

/// `set_error`.
fn set_error() -> Vec<Case> {
    vec![
        run("set_error", "response.set_error(412, 'ham')"),
        run("set_error without a message", "response.set_error(404)"),
        run(
            "set_error with an exception",
            "response.set_error(400, ValueError('ham'))",
        ),
        run(
            "set_error beyond ASCII",
            r"response.set_error(400, 'h\xe4m \u20ac \U0001f416')",
        ),
        run(
            "set_error with quotes",
            r#"response.set_error(400, 'a"b\\c</d>\n')"#,
        ),
        run("set_error of 500", "response.set_error(500, 'ham')"),
        run("set_error of 599", "response.set_error(599, 'ham')"),
        run(
            "set_error of 500 without a message",
            "response.set_error(500)",
        ),
        run(
            "set_error of 500 with an exception",
            "response.set_error(500, ValueError('ham'))",
        ),
        run("set_error of 200", "response.set_error(200, 'ham')"),
        run(
            "set_error drops the headers",
            "response.headers.set('Access-Control-Allow-Origin', '*')\nresponse.set_error(416, 'ham')",
        ),
        run(
            "set_error and a header",
            "response.set_error(416, 'ham')\nresponse.headers.set('A', 'b')",
        ),
        run(
            "set_error and a value",
            "response.set_error(416, 'ham')\nreturn b'eggs'",
        ),
        run(
            "set_error and a tuple",
            "response.set_error(416, 'ham')\nreturn 200, [('A', 'b')], b'eggs'",
        ),
        run(
            "set_error and write",
            "response.set_error(412, 'ham')\nresponse.write()\nreturn b'dropped'",
        ),
        run(
            "set_error after the head",
            "response.headers.set('Content-Length', 3)\nresponse.write_status_headers()\nresponse.set_error(500, 'ham')",
        ),
    ]
}

/// `write`, `write_status_headers`, `write_content`.
fn written() -> Vec<Case> {
    vec![
        run(
            "response.write",
            "response.content = b'ham'\nresponse.write()",
        ),
        run(
            "response.write twice",
            "response.content = b'ham'\nresponse.write()\nresponse.write()",
        ),
        run(
            "response.write_status_headers alone",
            "response.content = b'ham'\nresponse.write_status_headers()",
        ),
        run(
            "response.write_content alone",
            "response.content = b'ham'\nresponse.write_content()",
        ),
        run(
            "response.write_content of a list",
            "response.content = [b'ham', 'eggs']\nresponse.write_content()",
        ),
        run(
            "response.write that fails",
            "response.content = [b'ham', 5]\nresponse.write()",
        ),
    ]
}

/// HEAD.
fn head() -> Vec<Case> {
    let of = |name, main| run_as(name, "HEAD", "", main);
    vec![
        of("HEAD of bytes", "return b'ham'"),
        of("HEAD of text", r"return 'h\xe4m'"),
        of("HEAD of a list", "return [b'ham']"),
        of(
            "HEAD of a generator that fails",
            "def pieces():\n    raise ValueError('ham')\n    yield b''\nreturn pieces()",
        ),
        of("HEAD of nothing", "pass"),
        of(
            "HEAD of a status and headers",
            "return 404, [('A', 'b'), ('Content-Length', 17)], b'ham'",
        ),
        of(
            "HEAD with its content",
            "response.send_body_for_head_request = True\nreturn b'ham'",
        ),
        of("HEAD of an error", "response.set_error(404, 'ham')"),
        of(
            "HEAD by the writer",
            "response.writer.write_status(200)\nresponse.writer.write_header('Content-Length', 3)\nresponse.writer.end_headers()",
        ),
        of(
            "HEAD by write_status_headers and write_content",
            "response.content = b'ham'\nresponse.write_status_headers()\nresponse.write_content()",
        ),
    ]
}
