//! Every problem of framing ends the connection after the response: bytes that another recipient may
//! have taken for a body are never answered as a request, whoever answers and whatever was read.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::support::client::Client;
use crate::support::escape;
use wireserve::internals::exchange::Policy;
use wireserve::internals::exchange::policy::WithPolicy;
use wireserve::message::{Problem, ProblemKind};
use wireserve::{Exchange, Fault, Server, WireScript};

/// What follows each head, so that a recipient that finds no body there takes it for a request.
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

/// Header sections with a problem of framing. `N` is the length of [`SMUGGLED`].
const SECTIONS: &[&str] = &[
    // The length is in a line that the server ignores.
    " Content-Length: N\r\nHost: a\r\n",
    "\tContent-Length: N\r\nHost: a\r\n",
    " \r\nContent-Length: N\r\nHost: a\r\n",
    "Host: a\r\nX: y\r\n Content-Length: N\r\n",
    "Host: a\r\nX: y\r\n\tTransfer-Encoding: chunked\r\n",
    "Host: a\r\nX:\r\n Content-Length: N\r\n",
    "Host: a\r\nContent-Length: 0\r\n N\r\n",
    "Host: a\r\nContent-Length:\r\n N\r\n",
    "Host: a\r\nContent-Length : N\r\n",
    "Host: a\r\nContent-Length\t: N\r\n",
    "Host: a\r\nTransfer-Encoding : chunked\r\n",
    "Host: a\r\nX : y\r\nContent-Length: N\r\n",
    "Host : a\r\nContent-Length: N\r\n",
    "Host: a\r\nno colon\r\nContent-Length: N\r\n",
    "no colon\r\nContent-Length: N\r\nHost: a\r\n",
    "Host: a\r\nContent-Length\r\n",
    "Host: a\r\n: empty\r\nContent-Length: N\r\n",
    "Host: a\r\nContent-Length\0: N\r\n",
    "Host: a\r\n\u{b}Content-Length: N\r\n",
    "Host: a\r\nContent Length: 0\r\nContent-Length: N\r\n",
    "Host: a\r\nContent-Length\u{a0}: N\r\n",
    "Host: a\r\n\"Content-Length\": N\r\n",
    "Host: a\r\nFrom here\r\nContent-Length: N\r\n",
    // A bare CR or a NUL ends a line, or is dropped, for some recipients.
    "Host: a\r\nX: y\rContent-Length: N\r\n",
    "Host: a\r\nX: y\r\rContent-Length: N\r\n",
    "Host: a\rContent-Length: N\r\n",
    "Host: a\r\nContent-Length: 0\rContent-Length: N\r\n",
    "Host: a\r\nX: y\0Content-Length: N\r\n",
    "Host: a\r\nContent-Length: 0\0N\r\n",
    // The value has more than one meaning.
    "Host: a\r\nContent-Length: +N\r\n",
    "Host: a\r\nContent-Length: -0\r\n",
    "Host: a\r\nContent-Length: 0x0\r\n",
    "Host: a\r\nContent-Length: 0_0\r\n",
    "Host: a\r\nContent-Length: \u{b}0\r\n",
    "Host: a\r\nContent-Length: 0,N\r\n",
    "Host: a\r\nContent-Length: 0\r\nContent-Length: N\r\n",
    "Host: a\r\nContent-Length: N\r\nContent-Length: 0\r\n",
    "Host: a\r\nContent-Length: 99999999999999999999\r\n",
    "Host: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n",
    "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: N\r\n",
    "Host: a\r\nTransfer-Encoding: identity\r\n",
    "Host: a\r\nTransfer-Encoding: xchunked\r\n",
    "Host: a\r\nTransfer-Encoding: chunked, x\r\nContent-Length: N\r\n",
    "Host: a\r\nTransfer-Encoding: \"chunked\"\r\n",
    "Host: a\r\nTransfer-Encoding: x=\", chunked\r\n",
    "Host: a\r\nTransfer-Encoding:\r\nContent-Length: N\r\n",
    "Host: a\r\nTransfer-Encoding: chunked, chunked\r\n",
    "Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Host: a\r\nTransfer-Encoding:\r\n chunked\r\n",
];

/// Heads that are not in HTTP/1.1.
const OLD: &[&str] = &[
    "POST /x HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
    "POST /x HTTP/1.0\r\nConnection: keep-alive\r\n Content-Length: N\r\n\r\n",
];

#[test]
fn every_problem_of_framing_ends_the_connection() {
    let (server, seen) = server();
    for (path, answerer) in PATHS {
        for head in heads(path) {
            let after_the_head = format!("{head}{SMUGGLED}");
            let after_a_chunked_body = format!("{head}0\r\n\r\n{SMUGGLED}");
            for bytes in [after_the_head, after_a_chunked_body] {
                let bytes = latin1(&bytes);
                let answers = answers(server.address(), &bytes);
                let scene = || {
                    let sent = escape::lines(&bytes, "  sent: ");
                    format!(
                        "{answerer}\n{sent}\n{}",
                        escape::lines(&answers, "  came: ")
                    )
                };
                let count = memchr::memmem::find_iter(&answers, b"HTTP/1.1 ").count();
                assert_eq!(count, 1, "{}", scene());
                let smuggled = std::mem::take(&mut *seen.lock().unwrap());
                assert!(smuggled.is_empty(), "{}", scene());
            }
        }
    }
}

#[test]
fn every_kind_of_framing_problem_is_among_them() {
    let heads: Vec<_> = heads("/x").collect();
    let found: Vec<_> = heads
        .iter()
        .map(|head| Problem::find(&latin1(head)))
        .collect();
    for (head, problems) in heads.iter().zip(&found) {
        let is_of_framing = problems.iter().any(|problem| problem.what.is_of_framing());
        assert!(is_of_framing, "{head:?}");
    }
    for kind in ProblemKind::all().filter(|kind| kind.is_of_framing()) {
        let mut all = found.iter().flatten();
        assert!(all.any(|problem| problem.what == kind), "{kind:?}");
    }
}

/// The paths of the server, and who answers there.
const PATHS: &[(&str, &str)] = &[
    ("/ignore", "a handler that does not read the body"),
    ("/read", "a handler that reads the body"),
    ("/raw", "a handler that gets every request"),
    ("/strict", "a strict handler"),
    (
        "/script",
        "a wire script that continues with the next request",
    ),
    ("/missing", "no handler"),
];

fn heads(path: &str) -> impl Iterator<Item = String> {
    let sections = SECTIONS
        .iter()
        .map(|section| format!("POST /x HTTP/1.1\r\n{section}\r\n"));
    let length = SMUGGLED.len().to_string();
    let old = OLD.iter().map(|head| (*head).to_owned());
    sections.chain(old).map(move |head| {
        head.replace("/x ", &format!("{path} "))
            .replace('N', &length)
    })
}

/// Everything that the server sends until it ends the connection.
fn answers(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut client = Client::connect(address);
    client.send(bytes);
    client.read_until_close()
}

type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

/// A server, and the targets for which the handler of `/smuggled` was called.
fn server() -> (Server, Seen) {
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    let smuggled = move |exchange: &mut Exchange<'_>| {
        let target = exchange.request.head().target().to_vec();
        log.lock().unwrap().push(target);
        Ok(())
    };
    let under = |policy| WithPolicy::new(policy, Arc::new(ignore));
    let script = WireScript::parse(
        b"send \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nnext\n\
          send \"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n\"\n",
    );
    let server = Server::builder()
        .route("*", "/smuggled", smuggled)
        .and_then(|builder| builder.route("*", "/ignore", ignore))
        .and_then(|builder| builder.route("*", "/read", read))
        .and_then(|builder| builder.route("*", "/raw", under(Policy::Raw)))
        .and_then(|builder| builder.route("*", "/strict", under(Policy::Strict)))
        .and_then(|builder| builder.route("*", "/script", script.expect("a script")))
        .expect("good patterns")
        .start()
        .expect("a free port");
    (server, seen)
}

fn ignore(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    exchange.response.content = "ignored".into();
    Ok(())
}

fn read(exchange: &mut Exchange<'_>) -> Result<(), Fault> {
    let body = exchange.body.read_all();
    exchange.response.content = body
        .map_err(|error| Fault::new(400, error.to_string()))?
        .into();
    Ok(())
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).expect("ISO 8859-1"))
        .collect()
}
