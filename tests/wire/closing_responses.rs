//! A response that says `close` is the last on its connection, wherever the field comes from; and so is
//! one in the place of `100 Continue`, after which the client may send its body, or not.

use crate::support::client::Client;
use crate::support::folder::folder;
use wireserve::internals::exchange::{Expect, Handler, Requirements};
use wireserve::{Exchange, Fault, Server, WireScript};

#[test]
fn close_from_handlers_pipes_and_headers_files() {
    let folder = folder(&[
        ("plain.txt", "plain"),
        ("set.txt", "set"),
        ("set.txt.headers", "Connection: foo, close\n"),
        ("length.txt", "length"),
        (
            "length.txt.headers",
            "Content-Length: 6\nConnection: Close \n",
        ),
        ("two.txt", "two"),
        ("two.txt.headers", "Connection: foo\nConnection: close\n"),
        ("open.txt", "open"),
        ("open.txt.headers", "Connection: keep-alive, closed\n"),
    ]);
    let says = |value: &'static str| {
        move |exchange: &mut Exchange<'_>| {
            exchange.response.headers.append("connection", value);
            exchange.response.content = "x".into();
            Ok::<(), Fault>(())
        }
    };
    let server = Server::builder()
        .doc_root(folder.path())
        .route("*", "/rust/close", says("CLOSE"))
        .and_then(|builder| builder.route("*", "/rust/list", says("a,close ,b")))
        .and_then(|builder| builder.route("*", "/rust/open", says("a, b")));
    let server = server.expect("patterns").start().expect("a free port");
    for (target, closes) in [
        ("/plain.txt", false),
        ("/plain.txt?pipe=header(Connection,close)", true),
        ("/plain.txt?pipe=header(connection,foo \\, CLOSE)", true),
        (
            "/plain.txt?pipe=header(Connection,foo)|header(Connection,close,True)",
            true,
        ),
        ("/plain.txt?pipe=header(Connection,keep-alive)", false),
        ("/plain.txt?pipe=header(X-Connection,close)", false),
        ("/set.txt", true),
        ("/length.txt", true),
        ("/two.txt", true),
        ("/open.txt", false),
        ("/rust/close", true),
        ("/rust/list", true),
        ("/rust/open", false),
    ] {
        check(&mut Client::connect(server.address()), target, closes);
    }
}

#[cfg(feature = "python")]
#[test]
fn scripts_that_say_close() {
    use crate::support::process::Process;

    let main = |body: &str| format!("def main(request, response):\n    {body}\n");
    let files = [
        (
            "set.py",
            main("response.headers.set('Connection', 'x, close'); return 'x'"),
        ),
        (
            "returned.py",
            main("return [('connection', b'Close')], 'x'"),
        ),
        (
            "open.py",
            main("response.headers.set('Connection', 'x'); return 'x'"),
        ),
        (
            "written.py",
            main(
                "w = response.writer; w.write_status(200); w.write_header('Connection', 'x, close'); \
                 w.write_header('Content-Length', 1); w.end_headers(); w.write_content('x')",
            ),
        ),
    ];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, &**text)).collect();
    let folder = folder(&files);
    let server = Process::wireserve(folder.path(), [""; 0]);
    for (target, closes) in [
        ("/set.py", true),
        ("/returned.py", true),
        ("/written.py", true),
        ("/open.py", false),
    ] {
        check(&mut Client::connect(server.addr()), target, closes);
    }
}

fn check(client: &mut Client, target: &str, closes: bool) {
    let target = target.replace(' ', "%20");
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
    assert_eq!(client.read_response("GET").status, 200, "{target}");
    assert_eq!(client.is_kept_open(), !closes, "{target}");
}

/// What is sent after a final response to `Expect: 100-continue` is a body for some clients, and the next
/// request for others.
#[test]
fn a_response_in_the_place_of_100_continue() {
    let server = refusing();
    let length = "Content-Length: 2\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (path, fields, body, says_close, closes) in [
        ("/refuse", length, "", true, true),
        ("/refuse", length, "ab", true, true),
        ("/refuse", chunked, "", true, true),
        ("/refuse", chunked, "2\r\nab\r\n0\r\n\r\n", true, true),
        ("/refuse", "Content-Length: 0\r\n", "", false, false),
        ("/script", length, "", false, true),
        ("/read", length, "ab", false, false),
        ("/read", chunked, "2\r\nab\r\n0\r\n\r\n", false, false),
        ("/read-1", length, "ab", false, false),
    ] {
        let mut client = Client::connect(server.address());
        let head = format!("POST {path} HTTP/1.1\r\nExpect: 100-continue\r\n{fields}\r\n");
        client.send((head + body).as_bytes());
        let answer = client.read_response("POST");
        assert_eq!((answer.status, answer.interim.len()), (417, 0), "{path}");
        let close = says_close.then_some(&b"close"[..]);
        assert_eq!(answer.header("Connection"), close, "{path} {fields}");
        assert_eq!(client.is_kept_open(), !closes, "{path} {fields}");
    }
}

/// Handlers that answer `Expect` themselves, with 417.
struct Refuses {
    /// How many bytes of the body to read before.
    reads: u64,
}

impl Handler for Refuses {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        if self.reads > 0 {
            let body = exchange.body.read(Some(self.reads));
            body.map_err(|error| Fault::new(400, error.to_string()))?;
        }
        exchange.response.status = 417;
        exchange.response.content = "refused".into();
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements {
            expect: Expect::ByHandler,
            ..Requirements::default()
        }
    }
}

fn refusing() -> Server {
    let script = b"send \"HTTP/1.1 417 No\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n";
    let script = WireScript::parse(script).expect("a script");
    let builder = Server::builder()
        .route("*", "/refuse", Refuses { reads: 0 })
        .and_then(|builder| builder.route("*", "/read-1", Refuses { reads: 1 }))
        .and_then(|builder| builder.route("*", "/read", Refuses { reads: 2 }))
        .and_then(|builder| builder.route("*", "/script", script));
    builder.expect("patterns").start().expect("a free port")
}
