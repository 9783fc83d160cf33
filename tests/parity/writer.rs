//! What handlers write to the wire themselves.

use super::case::{Case, get, raw, request, run, run_as};

/// The cases.
pub fn cases() -> Vec<Case> {
    [whole(), pieces(), idioms()]
        .into_iter()
        .flatten()
        .collect()
}

/// Whole responses by one `write`.
fn whole() -> Vec<Case> {
    vec![
        run(
            "write a whole response and close",
            r"
response.writer.write('HTTP/1.1 221 ALL YOUR BASE\r\nX-A: b\r\n\r\n')
response.close_connection = True",
        ),
        run(
            "write a whole response with its length",
            r"response.writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nham')",
        ),
        run(
            "write a response with bare line feeds",
            r"response.writer.write('HTTP/1.1 200 OK\nContent-Length: 3\n\nham')",
        ),
        run(
            "write a head that does not end",
            r"
response.writer.write(b'HTTP/1.1 foo\nheader-parsing: is sad\n')
response.close_connection = True",
        ),
        run(
            "write what is no HTTP",
            "response.writer.write(b'ham and eggs')\nresponse.close_connection = True",
        ),
        run(
            "write what is no HTTP and keep the connection",
            "response.writer.write(b'ham and eggs')",
        ),
        run(
            "write nothing and close",
            "response.writer.write('')\nresponse.close_connection = True",
        ),
        run(
            "write nothing and keep the connection",
            "response.writer.write(b'')",
        ),
        run(
            "what is returned after a write is dropped",
            "response.writer.write(b'ham')\nresponse.close_connection = True\nreturn 201, [('A', 1)], b'eggs'",
        ),
        run(
            "write text beyond latin-1",
            "response.writer.write('\\u20ac\\xe4')\nresponse.close_connection = True",
        ),
        run(
            "write in another encoding",
            "response.encoding = 'utf-16-be'\nresponse.writer.write('ham')\nresponse.close_connection = True",
        ),
        run_as(
            "a write is sent for HEAD too",
            "HEAD",
            "",
            r"
response.writer.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nham')
response.close_connection = True",
        ),
    ]
}

/// `write_status`, `write_header`, `end_headers`.
fn pieces() -> Vec<Case> {
    vec![
        run(
            "status, headers, end and content",
            "
response.add_required_headers = False
response.writer.write_status(200)
response.writer.write_header(b'access-control-allow-origin', b'*')
response.writer.write_header(b'content-length', 3)
response.writer.end_headers()
response.writer.write(b'ham')",
        ),
        run(
            "status, headers, end and content without length",
            "
response.add_required_headers = False
response.writer.write_status(200)
response.writer.write_header('location', 'somewhere')
response.writer.end_headers()
response.writer.write('ham')",
        ),
        run(
            "status, headers, end with the defaults",
            "
response.writer.write_status(200, 'fine')
response.writer.write_header('X-A', 'b')
response.writer.end_headers()
response.writer.write('ham')",
        ),
        run(
            "a redirect and nothing",
            "
response.add_required_headers = False
response.writer.write_status(302)
response.writer.write_header('Location', '/somewhere')
response.writer.end_headers()
response.writer.write(b'')",
        ),
        run(
            "a fallback when a write raises",
            "
response.writer.write_status(200)
response.writer.end_headers()
try:
    response.writer.write(None)
except ValueError:
    response.writer.write('nothing there')
response.close_connection = True",
        ),
        run(
            "the raw headers echoed",
            "
response.writer.write_status(200)
response.writer.write_header('Content-Type', 'text/plain')
response.writer.end_headers()
response.writer.write(str(request.raw_headers))
response.close_connection = True",
        ),
        run(
            "the defaults and a length of their own",
            "
response.writer.write_status(200)
response.writer.write_header('CONTENT-LENGTH', '3')
response.writer.end_headers()
response.writer.write('ham')",
        ),
        run(
            "the defaults count content that is set",
            "
response.content = 'ham'
response.writer.write_status(200)
response.writer.end_headers()
response.writer.write('ham')",
        ),
        run(
            "a header without a status",
            "response.writer.write_header('X-A', 'b')\nresponse.writer.end_headers()",
        ),
        run(
            "another default status",
            "response.writer.default_status = 299\nresponse.writer.write_header('X-A', 'b')\nresponse.writer.end_headers()",
        ),
        run("the end of headers alone", "response.writer.end_headers()"),
        run("a status alone", "response.writer.write_status(204)"),
        run(
            "a status alone and close",
            "response.writer.write_status(204)\nresponse.close_connection = True",
        ),
        run(
            "a status with a binary message",
            r"response.writer.write_status(299, b'\xe4')
response.close_connection = True",
        ),
        run(
            "a status without a message in the table",
            "response.writer.write_status(308)\nresponse.close_connection = True",
        ),
        run(
            "a status that is text",
            "response.writer.write_status('200')",
        ),
        run(
            "a header written as text is UTF-8",
            r"response.writer.write_header('X-A', '\xe4')
response.writer.end_headers()",
        ),
        run(
            "a header written as a truth value",
            "response.writer.write_header('X-A', True)\nresponse.writer.end_headers()",
        ),
        run(
            "a header written as none",
            "response.writer.write_header('X-A', None)",
        ),
        run(
            "a header written twice",
            "response.writer.write_header('X-A', 'b')\nresponse.writer.write_header('x-a', 'c')\nresponse.writer.end_headers()",
        ),
        run(
            "Server and Date written by hand",
            "response.writer.write_header('server', 'ham')\nresponse.writer.write_header('DATE', 'today')\nresponse.writer.end_headers()",
        ),
        run(
            "default headers alone",
            "response.writer.write_default_headers()\nresponse.close_connection = True",
        ),
        run(
            "an early head and the final head",
            "
response.writer.write_status(103)
response.writer.write_header('Link', '</a>')
response.writer.end_headers()
response.writer.write_status(200)
response.writer.write_header('X-A', 'b')
response.writer.end_headers()
response.writer.write('ham')",
        ),
        run(
            "the end of headers twice",
            "response.writer.end_headers()\nresponse.writer.end_headers()",
        ),
    ]
}

/// Handlers as they are found in the wild, in files of their own.
fn idioms() -> Vec<Case> {
    vec![
        get("chunks by hand", "/writer/chunked.py"),
        get(
            "chunks by hand with trailers",
            "/writer/chunked.py?trailers",
        ),
        get("chunks that are broken", "/writer/chunked.py?broken"),
        get("a body in pieces", "/writer/pieces.py"),
        get(
            "a body in pieces with its length",
            "/writer/pieces.py?length",
        ),
        get("a body shorter than its length", "/writer/short.py"),
        get(
            "early hints by the synthetic handler",
            "/writer/informational.py?codes=100,103",
        ),
        raw(
            "an answer before the body is read",
            request("POST", "/writer/pieces.py?length", "", b"ham and eggs"),
        ),
    ]
}
