//! A server with one Python script, and a persistent connection to it, for targets whose input Python reads.
//! Every request is answered in time by a 200 with JSON, and the connection stays open.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use wireserve::Server;

#[cfg(fuzzing)]
#[path = "lines.rs"]
mod lines;

/// How long one request may take; libFuzzer's limit is a little longer. Most requests take a millisecond.
const BOUND: Duration = Duration::from_secs(8);

/// The end of every script. The result of its `shown(request)` is the content of the response.
const MAIN: &str = r#"

import json


def text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def tried(read):
    try:
        return read()
    except Exception as error:
        return {"error": [cls.__name__ for cls in type(error).__mro__]}


def main(request, response):
    return [("Content-Type", "application/json")], json.dumps(shown(request))
"#;

pub(crate) struct Script {
    server: Server,
    kept: Mutex<TcpStream>,
    _folder: TempDir,
}

impl Script {
    /// Serves a script that defines `shown(request)`, and connects.
    pub(crate) fn serve(shown: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = wireserve::python::site(folder.path()).expect("an interpreter");
        #[cfg(fuzzing)]
        lines::install().expect("a module");
        #[cfg(not(fuzzing))]
        let script = [shown, MAIN].concat();
        #[cfg(fuzzing)]
        let script = [shown, MAIN, lines::COUNTED].concat();
        std::fs::write(folder.path().join("shown.py"), script).expect("a file");
        let server = Server::builder().site(site).start().expect("a free port");
        let client = TcpStream::connect(server.address()).expect("a connection");
        client.set_nodelay(true).expect("an option");
        client.set_read_timeout(Some(BOUND)).expect("an option");
        Self {
            server,
            kept: Mutex::new(client),
            _folder: folder,
        }
    }

    /// The script's JSON for a POST with these fields and this body.
    pub(crate) fn ask(&self, fields: &[(&str, &[u8])], body: &[u8]) -> Value {
        let mut request = b"POST /shown.py HTTP/1.1\r\nHost: a\r\n".to_vec();
        for (name, value) in fields {
            request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        request.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
        request.extend(body);

        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let began = Instant::now();
        kept.write_all(&request).expect("a kept connection");
        let content = content_of_200(&mut kept);
        assert!(began.elapsed() < BOUND, "it took {:?}", began.elapsed());
        assert_eq!(self.server.connections(), 1);
        serde_json::from_slice(&content).expect("JSON")
    }
}

/// Reads one response that has a length.
fn content_of_200(client: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    loop {
        let mut piece = [0; 16 << 10];
        let size = match client.read(&mut piece) {
            Ok(size) => size,
            // libFuzzer's timer interrupts system calls.
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => panic!("{error} after {}", received.escape_ascii()),
        };
        received.extend(&piece[..size]);
        let mut fields = [httparse::EMPTY_HEADER; 16];
        let mut head = httparse::Response::new(&mut fields);
        let parsed = head.parse(&received).expect("a response");
        if let httparse::Status::Complete(length) = parsed {
            assert_eq!(head.code, Some(200), "{}", received.escape_ascii());
            let end = length + content_length(head.headers);
            if received.len() >= end {
                assert_eq!(received.len(), end, "there is more than a response");
                return received.split_off(length);
            }
        }
        assert_ne!(
            size,
            0,
            "the connection ended after {}",
            received.escape_ascii()
        );
    }
}

fn content_length(fields: &[httparse::Header<'_>]) -> usize {
    let field = fields.iter().find(|field| field.name == "Content-Length");
    let value = field.and_then(|field| std::str::from_utf8(field.value).ok());
    value
        .and_then(|value| value.parse().ok())
        .expect("a length")
}

/// Whether the attempt raised one of these exceptions, or one derived from them.
pub(crate) fn raised(tried: &Value, exceptions: &[&str]) -> bool {
    let classes = tried.get("error").and_then(Value::as_array);
    let mut classes = classes.into_iter().flatten().filter_map(Value::as_str);
    classes.any(|class| exceptions.contains(&class))
}
