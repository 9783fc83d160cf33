//! `response.writer._handler`, the request handler of the standard library that newer tests use.

use super::case::{Case, run};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
        run(
            "_handler: a whole response",
            r"
handler = response.writer._handler
handler.send_response(200)
handler.send_header('Content-Length', '3')
handler.end_headers()
handler.wfile.write(b'ham')
response.writer.content_written = True",
        ),
        run(
            "_handler: a whole response, and the writer does not know",
            r"
handler = response.writer._handler
handler.send_response(200, 'Fine')
handler.send_header('Content-Length', 3)
handler.end_headers()
handler.wfile.write(b'ham')",
        ),
        run(
            "_handler: early hints",
            r"
handler = response.writer._handler
handler.send_response(100)
handler.end_headers()
handler.send_response(103)
handler.send_header('Link', '</a>; rel=preload')
handler.end_headers()
handler.send_response(200)
handler.send_header('content-length', '3')
handler.end_headers()
handler.wfile.write(b'ham')",
        ),
        run(
            "_handler: a reason that is not known",
            r"
handler = response.writer._handler
handler.send_response(299)
handler.end_headers()
response.writer.content_written = True
response.close_connection = True",
        ),
        run(
            "_handler: send_response_only",
            r"
handler = response.writer._handler
handler.send_response_only(204)
handler.end_headers()
response.writer.content_written = True",
        ),
        run(
            "_handler: Connection closes",
            r"
handler = response.writer._handler
handler.send_response(200)
handler.send_header('Connection', 'close')
handler.end_headers()
response.writer.content_written = True",
        ),
        run(
            "_handler: headers that are never ended",
            r"
handler = response.writer._handler
handler.send_response(200)
handler.send_header('X-A', 'b')
return b'ham'",
        ),
        run(
            "_handler: the file alone",
            r"
response.writer._handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
response.writer._handler.wfile.flush()
response.writer.content_written = True",
        ),
        run(
            "_handler: what it knows",
            r"
h = response.writer._handler
return repr([h.path, h.command, h.requestline, h.request_version, h.client_address[0], h.headers['host'], h.protocol_version, h.close_connection, h.raw_requestline])",
        ),
        run(
            "_handler: date and name",
            r"
h = response.writer._handler
return repr([len(h.date_time_string()), h.date_time_string(0), type(h.version_string())])",
        ),
        run(
            "_handler: what wfile.write returns",
            r"
h = response.writer._handler
return repr([h.wfile.write(b'')])",
        ),
        run(
            "_handler: the connection",
            r"
h = response.writer._handler
h.connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
response.writer.content_written = True",
        ),
        run(
            "_handler: close_connection",
            r"
response.writer._handler.close_connection = True
return b'ham'",
        ),
        run(
            "_handler: the body by rfile",
            r"
return repr(response.writer._handler.rfile.read(0))",
        ),
    ]
}
