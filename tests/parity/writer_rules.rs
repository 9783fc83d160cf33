//! The finer rules of the writer: how content is completed, and what the calls return, raise and
//! leave behind.

use super::case::{Case, run, run_as};

/// The cases.
pub fn cases() -> Vec<Case> {
    [contents(), rules()].into_iter().flatten().collect()
}

/// `write_content`, `write_raw_content`, `write_content_file`.
fn contents() -> Vec<Case> {
    vec![
        run("write_content", "response.writer.write_content(b'ham')"),
        run(
            "write_content of text",
            r"response.writer.write_content('h\xe4m')",
        ),
        run(
            "write_content twice",
            "response.writer.write_content('ham')\nresponse.writer.write_content('eggs')",
        ),
        run(
            "write_content of none",
            "response.writer.write_content(None)",
        ),
        run(
            "write_content of a number",
            "response.writer.write_content(5)",
        ),
        run(
            "write_content of a file",
            "response.writer.write_content(open('files/after.txt', 'rb'))",
        ),
        run(
            "write_content after headers",
            "response.writer.write_header('X-A', 'b')\nresponse.writer.write_content('ham')",
        ),
        run(
            "write_content without the defaults",
            "response.add_required_headers = False\nresponse.writer.write_header('X-A', 'b')\nresponse.writer.write_content('ham')",
        ),
        run_as(
            "write_content is sent for HEAD too",
            "HEAD",
            "",
            "response.writer.write_content('ham')\nresponse.close_connection = True",
        ),
        run(
            "write_status_headers and content",
            "response.headers.set('X-A', 'b')\nresponse.write_status_headers()\nresponse.writer.write_content('ham')\nresponse.writer.write_content('eggs')",
        ),
        run(
            "write_status_headers with the length and content",
            "response.headers.set('Content-Length', 7)\nresponse.status = 201\nresponse.write_status_headers()\nresponse.writer.write_content('ham')\nresponse.writer.write('eggs')",
        ),
        run(
            "write_raw_content",
            r"response.writer.write_raw_content('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')",
        ),
        run(
            "write_raw_content of none",
            "response.writer.write_raw_content(None)",
        ),
        run(
            "write_raw_content of a file",
            r"
import io
response.writer.write_raw_content(io.BytesIO(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'))",
        ),
        run(
            "write_content_file",
            "response.writer.end_headers()\nresponse.writer.write_content_file(open('files/after.txt', 'rb'))",
        ),
    ]
}

/// What the calls return, what they raise and what the writer knows.
fn rules() -> Vec<Case> {
    vec![
        run(
            "what the calls return",
            r"
w = response.writer
results = [w.write_status(200), w.write_header('X-A', 'b'), w.write_default_headers(), w.end_headers(), w.write(b''), w.write_content(b''), w.write_raw_content(b'')]
w.write(repr(results))",
        ),
        run(
            "what write_content_file returns",
            "import io\nw = response.writer\nw.end_headers()\nw.write(repr(w.write_content_file(io.BytesIO(b'ham'))))",
        ),
        run(
            "what write raises",
            r"
def attempt(value):
    try:
        return response.writer.write(value)
    except Exception as error:
        return type(error).__name__
return repr([attempt(value) for value in (None, 5, [b'ham'], bytearray(b'ham'), memoryview(b'ham'))])",
        ),
        run(
            "a write that raises counts as one",
            "try:\n    response.writer.write(None)\nexcept ValueError:\n    pass\nreturn b'dropped'",
        ),
        run(
            "a write that raises, caught and followed",
            r"
try:
    response.writer.write(None)
except ValueError:
    response.writer.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')",
        ),
        run(
            "an exception after a status",
            "response.writer.write_status(200)\nraise ValueError('ham')",
        ),
        run(
            "an exception after a whole head",
            "response.writer.write_header('Content-Length', 3)\nresponse.writer.end_headers()\nraise ValueError('ham')",
        ),
        run(
            "an exception after a whole response",
            r"
response.writer.write('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nham')
raise ValueError('ham')",
        ),
        run(
            "what the writer knows at first",
            "w = response.writer\nreturn repr([w.content_written, w.file_chunk_size, w.default_status, w._status_written, w._headers_seen, w._headers_complete, w.request is request, w._response is response])",
        ),
        run(
            "what the writer knows at last",
            "
w = response.writer
w.write_status(200)
known = [(w._status_written, w.content_written)]
w.write_header('X-A', 'b')
known.append((sorted(w._headers_seen), w._headers_complete))
w.end_headers()
known.append((sorted(w._headers_seen), w._headers_complete, response.close_connection))
w.write(repr(known))",
        ),
        run(
            "fields that the writer is made to forget",
            "
w = response.writer
w.write_status(200)
w.write_header('Server', 'ham')
w.write_header('X-A', 'b')
w._headers_seen = set()
w.write_header('X-C', 'd')
w.end_headers()
w.write(repr(sorted(w._headers_seen)))",
        ),
        run(
            "names of fields in an encoding with other letters",
            "
response.encoding = 'utf-7'
w = response.writer
w.write_status(200)
w.write_header('X-É', 'b')
w.write_header('X-A', 'b')
w.end_headers()
w.write(repr(sorted(w._headers_seen)))",
        ),
        run(
            "what the writer encodes",
            r"
def attempt(value):
    try:
        return response.writer.encode(value)
    except Exception as error:
        return type(error).__name__
return repr([attempt(value) for value in ('\u20ac', b'\xff', None, 5)])",
        ),
        run(
            "the file under the writer",
            r"
response.writer._wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
response.writer.content_written = True",
        ),
        run(
            "content_written set by hand",
            "response.writer.content_written = True\nresponse.close_connection = True\nreturn b'dropped'",
        ),
        run(
            "a method of the writer replaced",
            "
def end_headers():
    response.writer.write('X-Replaced: yes\\r\\n\\r\\n')
    response.close_connection = True
    return True
response.writer.end_headers = end_headers
return b'ham'",
        ),
    ]
}
