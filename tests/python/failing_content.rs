//! Content that fails while it is sent, and handlers that fail after they have begun to write: the client
//! can tell that the response is not complete. Where only the end of the connection would end it, the
//! connection is reset.

use crate::support::client::{Client, request};
use crate::support::folder::folder;
use crate::support::process::Process;

/// How the connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Reset,
    Fin,
}

const BEFORE: &str = "\
class Reader:
    def __init__(self, *pieces): self.pieces = list(pieces)
    def read(self, count):
        if not self.pieces: raise OSError('ham')
        return self.pieces.pop(0)
    def close(self): pass

def half(error=ValueError('ham')):
    yield 'half'
    raise error

def fail():
    raise ValueError('ham')

def begin(response, *fields):
    response.writer.write_status(200)
    for field in fields: response.writer.write_header(*field)
    response.writer.end_headers()
    response.writer.write('half')

def main(request, response):
    ";

#[test]
fn a_part_of_a_response_is_not_mistaken_for_all_of_it() {
    use End::{Fin, Reset};
    for (body, end) in [
        ("return half()", Reset),
        ("return [], half()", Reset),
        ("return [('X-A', 'b')], half(SystemExit())", Reset),
        ("return half(KeyboardInterrupt())", Reset),
        ("return ['half', fail]", Reset),
        ("return ['half', lambda: 5]", Reset),
        ("return ('half' if n == 0 else n for n in range(2))", Reset),
        ("return ('half' if n == 0 else 5 for n in range(2))", Reset),
        ("return Reader(b'ha', b'lf')", Reset),
        ("return Reader(b'half', 7)", Reset),
        ("return ['half', Reader()]", Reset),
        ("return ['half', '\\ud800']", Reset),
        ("response.content = half()", Reset),
        (
            "response.write_status_headers(); response.writer.write('half'); fail()",
            Reset,
        ),
        ("begin(response); fail()", Reset),
        ("begin(response); raise KeyboardInterrupt", Reset),
        (
            "response.writer.write('HTTP/1.1 200 OK\\r\\n\\r\\nhalf'); fail()",
            Reset,
        ),
        ("response.iter_content = half; response.write()", Reset),
        ("response.iter_content = half", Reset),
        // These say how long the content is, and so that it is not complete.
        ("return [('Content-Length', 9)], half()", Fin),
        (
            "return [('Transfer-Encoding', 'gzip, Chunked')], half()",
            Fin,
        ),
        ("begin(response, ('Content-Length', 9)); fail()", Fin),
        (
            "begin(response, ('transfer-encoding', 'chunked')); fail()",
            Fin,
        ),
        (
            "response.headers.set('Content-Length', 9); response.write_status_headers(); \
          response.writer.write('half'); fail()",
            Fin,
        ),
        // This is complete.
        ("return ['ha', 'lf']", Fin),
    ] {
        let folder = folder(&[("f.py", &format!("{BEFORE}{body}\n"))]);
        let server = Process::wireserve(folder.path(), ["--log", "error"]);
        for version in ["1.1", "1.0"] {
            let mut client = Client::connect(server.addr());
            client.send(format!("GET /f.py HTTP/{version}\r\nHost: a\r\n\r\n").as_bytes());
            let bytes = client.read_until_close();
            let text = String::from_utf8_lossy(&bytes);
            assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{body}: {text}");
            assert!(text.ends_with("\r\n\r\nhalf"), "{body}: {text}");
            assert_eq!(client.was_reset(), end == Reset, "{body}");
        }
    }
}

/// Whatever made the content, and whatever pipes it goes through.
#[test]
fn pipes_do_not_hide_that_content_failed() {
    let folder = folder(&[("f.py", &format!("{BEFORE}return half()\n"))]);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    for (target, status) in [
        ("/f.py?pipe=trickle(1:d0.01)", 500),
        ("/f.py?pipe=slice(0,2)", 500),
        ("/f.py?pipe=header(X-A,b)", 200),
    ] {
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", target));
        if status == 500 {
            assert_eq!(client.read_response("GET").status, 500, "{target}");
        } else {
            client.read_until_close();
            assert!(client.was_reset(), "{target}");
        }
    }
}
